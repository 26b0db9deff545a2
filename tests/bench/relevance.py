#!/usr/bin/python3
"""How well the wardrobe ranks, by the judgments of ../shared/data/relevance, beside SQLite's plain BM25 OR query.

make bench-relevance. Needs a release build. Last line: JSON. Also a library for tune.py.
"""
import gzip
import json
import math
import os
import random
import sqlite3
import re
import subprocess
import sys
import tempfile

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


def import_catalogue(name, folder):
    """The catalogue NAME as the wardrobe holds it; returns its file."""
    state = os.path.join(folder, name)
    os.makedirs(state, exist_ok=True)
    path = os.path.join(state, "catalogue.sqlite")
    feed = os.path.join(folder, name + ".tsv")
    subprocess.run([sys.executable, os.path.join(HERE, "convert_catalogue.py"), os.path.join(DATA, CATALOGUES[name]), feed],
                   check=True)
    subprocess.run([os.path.join(BUILD, "wardrobe", "wardrobe"), "import", feed, "--state-dir", state], check=True,
                   stderr=subprocess.DEVNULL)
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


def main():
    if not os.path.isdir(DATA):
        print("skipped: no ../shared")
        return
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        ours = {name: Wardrobe(import_catalogue(name, folder)) for name in CATALOGUES}
        plain = {name: Plain(name) for name in CATALOGUES}
        for name, (catalogue, queries, judgments) in SETS.items():
            queries, judged = read_queries(queries), read_judgments(judgments)
            queries = [query for query in queries if query[0] in judged]
            our_ndcg, our_recall = measure(ours[catalogue].rank, queries, judged)
            bm25_ndcg, bm25_recall = measure(plain[catalogue].rank, queries, judged)
            result[name] = {"queries": len(queries), "ndcg10": round(mean(our_ndcg), 4), "recall100": round(mean(our_recall), 4),
                            "bm25_ndcg10": round(mean(bm25_ndcg), 4), "bm25_recall100": round(mean(bm25_recall), 4),
                            "paired_p": round(paired_p(our_ndcg, bm25_ndcg), 4)}
            print(f"{name:14} {len(queries):4} queries  nDCG@10 {mean(our_ndcg):.3f} (FTS5 {mean(bm25_ndcg):.3f}, "
                  f"p {result[name]['paired_p']:.3f})  Recall@100 {mean(our_recall):.3f} (FTS5 {mean(bm25_recall):.3f})")
            if "-v" in sys.argv:
                for (query, words), value, other, found in zip(queries, our_ndcg, bm25_ndcg, our_recall):
                    print(f"    {value:.3f} {other:.3f} r {found:.3f} {words}")
        for wardrobe in ours.values():
            wardrobe.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
