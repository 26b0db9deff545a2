#!/usr/bin/python3
"""How well the wardrobe ranks, by the judgments of ../shared/data/relevance, beside SQLite's plain BM25 OR query.

make bench-relevance. Real wardrobes are asked with LOOKUP over the bus, once by words alone and once with vectors of a real
small model (minilm.py; its first import takes minutes, what it gave is kept in build/minilm). A paired test by query goes
with each pair: ours and plain BM25, with and without vectors. Last line: JSON. Also a library for tune.py.

    relevance.py [-v] [--words]     -v: each query; --words: without the model
"""
import gzip
import json
import math
import os
import random
import sqlite3
import re
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DATA = os.path.join(ROOT, "..", "shared", "data")
BUILD = os.path.join(ROOT, "build", "release")

SETS = {  # name: catalogue, queries, judgments
    "esci_fashion": ("esci", "relevance/esci150/queries-fashion-dev.tsv", "relevance/esci150/qrels-fashion-dev.tsv"),
    "esci_other": ("esci", "relevance/esci150/queries-other-dev.tsv", "relevance/esci150/qrels-other-dev.tsv"),
    "attribute": ("myntra", "relevance/myntra-attr/queries-dev.tsv", "relevance/myntra-attr/qrels-dev.tsv"),
}
CATALOGUES = {"esci": "relevance/esci150/corpus.jsonl.gz", "myntra": "catalog/catalog-44k-myntra-styles.jsonl.gz"}


def read_queries(path):
    with open(os.path.join(DATA, path), encoding="utf-8") as lines:
        return [tuple(line.rstrip("\n").split("\t", 1)) for line in lines if line.strip()]


def read_judgments(path):
    judged = {}
    with open(os.path.join(DATA, path), encoding="utf-8") as lines:
        for line in lines:
            query, _, product, grade = line.split()
            judged.setdefault(query, {})[product] = int(grade)
    return judged


def ndcg(ranked, grades, depth=10):
    gained = sum(grades.get(product, 0) / math.log2(place + 2) for place, product in enumerate(ranked[:depth]))
    best = sum(grade / math.log2(place + 2)
               for place, grade in enumerate(sorted(grades.values(), reverse=True)[:depth]))
    return gained / best if best else 0.0


def recall(ranked, grades, depth=100):
    """Of what is exact or a substitute (where there are grades), how much is among the first DEPTH."""
    least = 2 if max(grades.values()) > 1 else 1
    wanted = {product for product, grade in grades.items() if grade >= least}
    return len(wanted & set(ranked[:depth])) / len(wanted) if wanted else 0.0


def paired_p(ours, theirs, rounds=20000):
    """A randomisation test by query: how often a difference this large comes of swapping the two by chance."""
    differences = [a - b for a, b in zip(ours, theirs)]
    seen = abs(sum(differences))
    chance = random.Random(1)
    beyond = sum(abs(sum(d if chance.random() < 0.5 else -d for d in differences)) >= seen - 1e-12
                 for _ in range(rounds))
    return (beyond + 1) / (rounds + 1)


def import_catalogue(name, folder, *options):
    """The catalogue NAME as the wardrobe holds it; returns its file."""
    state = os.path.join(folder, name)
    os.makedirs(state, exist_ok=True)
    path = os.path.join(state, "catalogue.sqlite")
    feed = os.path.join(folder, name + ".tsv")
    subprocess.run([sys.executable, os.path.join(HERE, "convert_catalogue.py"), os.path.join(DATA, CATALOGUES[name]), feed],
                   check=True)
    subprocess.run([os.path.join(BUILD, "wardrobe", "wardrobe"), "import", feed, "--state-dir", state, *options], check=True,
                   stderr=None if options else subprocess.DEVNULL)
    os.unlink(feed)
    return path


class Wardrobe:
    """The wardrobe's search in a process of its own; see ask_catalogue.c."""

    def __init__(self, catalogue):
        self.process = subprocess.Popen([os.path.join(BUILD, "tests", "bench", "ask_catalogue"), catalogue],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def weigh(self, weights):
        assert self.ask("weights " + ",".join(f"{name}={value}" for name, value in weights.items())) == "ok"

    def rank(self, words, limit=100):
        return self.ask(f"rank {limit} {words}").split(" ")[1:]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Running:
    """A wardrobe as it runs, asked as an orchestrator asks: LOOKUP, FOUND."""

    def __init__(self, catalogue, *options):
        sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
        import fake_orchestrator
        self.state = tempfile.mkdtemp(prefix="relevance-")
        self.bus = fake_orchestrator.FakeOrchestrator(self.state)
        self.log = open(os.path.join(self.state, "log"), "w+")
        self.process = subprocess.Popen([os.path.join(BUILD, "wardrobe", "wardrobe"), "--state-dir", self.state, "--catalogue", catalogue,
                                         *options], stderr=self.log, stdout=self.log, cwd=ROOT)
        self.route = self.bus.expect("FACETS", 60)[0]

    def rank(self, words, limit=100):
        self.bus.send(self.route, "LOOKUP", words=words, slot="", wish=None, criteria={}, early=0, limit=limit, version="")
        found = self.bus.expect("FOUND", 60)[1]["result"]
        self.bus.received.clear()
        return [product["id"] for product in found["products"]]

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.bus.close()
        self.log.seek(0)
        said = [line for line in self.log if " warning " in line or " error " in line]
        assert not said, said


class MiniLM:
    """minilm.py as a process."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "minilm.py")], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, "minilm.py has not begun"
        self.options = ["--embedding-url", self.url, "--embedding-model", "all-MiniLM-L6-v2"]
        self.patient = ["--embedding-batch", "16", "--embedding-calls", "2"]

    def close(self):
        self.process.terminate()
        self.process.wait()


class Plain:
    """SQLite's FTS5 with bm25() over the same texts, the words of a query joined by OR."""

    def __init__(self, name):
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE products USING fts5(id UNINDEXED, title, brand, category, colour, gender, "
                          "description, tokenize='porter unicode61')")
        with gzip.open(os.path.join(DATA, CATALOGUES[name]), "rt", encoding="utf-8") as lines:
            for line in lines:
                p = json.loads(line)
                text = " ".join(filter(None, [p["description"], p.get("bullets"), p["usage"], p["season"]]))
                self.base.execute("INSERT INTO products VALUES (?,?,?,?,?,?,?)",
                                  (p["id"], p["title"], p["brand"] or "", " ".join(p["category"] or []), p["colour"] or "",
                                   p["gender"] or "", text))

    def rank(self, words, limit=100):
        words = re.findall(r"\w+", words.lower())
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        return [row[0] for row in self.base.execute(
            "SELECT id FROM products WHERE products MATCH ? ORDER BY bm25(products) LIMIT ?", (match, limit))]


def measure(rank, queries, judged):
    ranked = [rank(words) for _, words in queries]
    return ([ndcg(found, judged[query]) for (query, _), found in zip(queries, ranked)],
            [recall(found, judged[query]) for (query, _), found in zip(queries, ranked)])


def mean(values):
    return sum(values) / len(values)


def read_sets():
    """{set: (catalogue, queries that were judged, judgments)}."""
    sets = {}
    for name, (catalogue, queries, judgments) in SETS.items():
        judged = read_judgments(judgments)
        sets[name] = catalogue, [query for query in read_queries(queries) if query[0] in judged], judged
    return sets


def compare(sets, ours, theirs, verbose):
    """Measure OURS beside THEIRS ({catalogue: ranker}); {set: figures}, and each query's nDCG for a further test."""
    figures, by_query = {}, {}
    for name, (catalogue, queries, judged) in sets.items():
        our_ndcg, our_recall = measure(ours[catalogue].rank, queries, judged)
        other_ndcg, other_recall = theirs[catalogue](name, queries, judged)
        by_query[name] = our_ndcg, our_recall
        figures[name] = {"queries": len(queries), "ndcg10": round(mean(our_ndcg), 4), "recall100": round(mean(our_recall), 4),
                         "paired_p": round(paired_p(our_ndcg, other_ndcg), 4), "other": (mean(other_ndcg), mean(other_recall))}
        print(f"{name:14} {len(queries):4} queries  nDCG@10 {mean(our_ndcg):.3f} (beside it {mean(other_ndcg):.3f}, "
              f"p {figures[name]['paired_p']:.3f})  Recall@100 {mean(our_recall):.3f} ({mean(other_recall):.3f}, "
              f"p {paired_p(our_recall, other_recall):.3f})", flush=True)
        if verbose:
            for (_, words), value, other, found in zip(queries, our_ndcg, other_ndcg, our_recall):
                print(f"    {value:.3f} {other:.3f} r {found:.3f} {words}")
    return figures, by_query


def by_words(sets, folder, verbose):
    print("by words, beside SQLite's FTS5:")
    files = {name: import_catalogue(name, folder) for name in CATALOGUES}
    ours = {name: Running(files[name]) for name in CATALOGUES}
    plain = {name: Plain(name) for name in CATALOGUES}
    theirs = {name: lambda _, queries, judged, name=name: measure(plain[name].rank, queries, judged) for name in CATALOGUES}
    figures, by_query = compare(sets, ours, theirs, verbose)
    for wardrobe in ours.values():
        wardrobe.close()
    for of in figures.values():
        of["bm25_ndcg10"], of["bm25_recall100"] = (round(value, 4) for value in of.pop("other"))
    return figures, by_query


def by_meaning(sets, words, verbose):
    print("with vectors of all-MiniLM-L6-v2 too, beside words alone:")
    model = MiniLM()
    try:
        files = {name: import_catalogue(name, os.path.join(ROOT, "build", "minilm"), *model.options, *model.patient) for name in CATALOGUES}
        # the model runs in Python on this machine: its figure is how well, not how fast
        ours = {name: Running(files[name], *model.options, "--embed-ms", "20000") for name in CATALOGUES}
        figures, _ = compare(sets, ours, {name: lambda of, *_: words[of] for name in CATALOGUES}, verbose)
        for wardrobe in ours.values():
            wardrobe.close()
    finally:
        model.close()
    for of in figures.values():
        of["words_ndcg10"], of["words_recall100"] = (round(value, 4) for value in of.pop("other"))
    return figures


def main():
    if not os.path.isdir(DATA):
        print("skipped: no ../shared")
        return
    verbose = "-v" in sys.argv
    sets = read_sets()
    with tempfile.TemporaryDirectory() as folder:
        result, words = by_words(sets, folder, verbose)
    if "--words" not in sys.argv:
        result["with_embeddings"] = by_meaning(sets, words, verbose)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
