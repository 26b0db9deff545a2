#!/usr/bin/python3
"""Choose wardrobe/weights.def's values by the dev judgments: tune.py [--write] [--rounds N] [--cross] [--cards] [--meaning]

Coordinate search: one weight after another is tried larger and smaller, and what raises the objective stays where it lowers
it on neither half of the queries: what helps a few by luck seldom does that. The objective is the mean over the sets of nDCG@10 and a little Recall@100; what it was before and after is said with
a paired test by query.

--cross    first chooses on one half of the queries and measures on the other, both ways: what of the gain is not luck
--cards    chooses what a page of cards is made by: `cut` by what of a page was judged good and bad; `variety` and `spread`,
           of which no judgment speaks, as large as they can be without a page's nDCG falling by 0.002
--meaning  chooses the fusion's two, with the vectors that relevance.py left in build/minilm
"""
import os
import re
import sys
import tempfile

import relevance

FILE = relevance.os.path.join(relevance.ROOT, "wardrobe", "weights.def")
CARDS = {"cut", "variety", "spread"}
MEANING = {"fuse_k", "fuse_meaning"}
IMPORTANCE = {"esci_fashion": 2.0, "esci_other": 1.0, "attribute": 1.5}


def read_weights():
    with open(FILE, encoding="utf-8") as text:
        return {name: float(value) for name, value in re.findall(r"^WEIGHT\((\w+), ([0-9.]+),", text.read(), re.M)}


def write_weights(weights):
    with open(FILE, encoding="utf-8") as text:
        content = text.read()
    for name, value in weights.items():
        content = re.sub(rf"^WEIGHT\({name}, [0-9.]+,", f"WEIGHT({name}, {value:g},", content, flags=re.M)
    with open(FILE, "w", encoding="utf-8") as text:
        text.write(content)


class Bench:
    def __init__(self, folder):
        self.wardrobes = {name: relevance.Wardrobe(relevance.import_catalogue(name, folder)) for name in relevance.CATALOGUES}
        self.sets = []
        for name, (catalogue, queries, judged) in relevance.read_sets().items():
            if name == "attribute":
                queries = queries[::3]
            self.sets.append((name, self.wardrobes[catalogue], queries, judged))

    def weigh(self, weights):
        for wardrobe in self.wardrobes.values():
            wardrobe.weigh(weights)

    def scores(self, weights, half=None):
        """Each query's part of the objective: {set: [value]}; of every second query alone where HALF is 0 or 1."""
        self.weigh(weights)
        values = {}
        for name, wardrobe, queries, judged in self.sets:
            queries = queries if half is None else queries[half::2]
            ndcg, recall = relevance.measure(wardrobe.rank, queries, judged)
            values[name] = [0.7 * a + 0.3 * b for a, b in zip(ndcg, recall)]
        return values


def objective(values):
    return sum(IMPORTANCE[name] * relevance.mean(of) for name, of in values.items()) / sum(IMPORTANCE.values())


def halves(values):
    """The objective of all queries, and of every second one."""
    return [objective(values)] + [objective({name: of[half::2] for name, of in values.items()}) for half in (0, 1)]


def climb(bench, weights, rounds, half=None):
    best = halves(bench.scores(weights, half))
    step = 1.6
    print(f"start {best[0]:.4f}", flush=True)
    for _ in range(rounds):
        raised = False
        for name in weights:
            if name in CARDS | MEANING:
                continue
            for factor in (step, 1 / step):
                value = min(round(weights[name] * factor, 3) or 0.01, 0.95 if name == "b" else 30)
                trial = dict(weights, **{name: value})
                score = halves(bench.scores(trial, half))
                if score[0] > best[0] + 0.0003 and min(score[1] - best[1], score[2] - best[2]) > -0.0001:
                    best, weights, raised = score, trial, True
                    print(f"{best[0]:.4f} {name}={value:g}", flush=True)
                    break
        if not raised:
            step = 1 + (step - 1) / 2
            if step < 1.1:
                break
    return weights


def say(before, after):
    for name in before:
        print(f"{name}: {relevance.mean(before[name]):.4f} -> {relevance.mean(after[name]):.4f}, "
              f"paired p {relevance.paired_p(after[name], before[name]):.3f}", flush=True)


def cross(bench, weights, rounds):
    before, after = {}, {}
    for half in (0, 1):
        chosen = climb(bench, dict(weights), rounds, half)
        for kept, of in ((before, weights), (after, chosen)):
            for name, values in bench.scores(of, 1 - half).items():
                kept.setdefault(name, []).extend(values)
    print("on the halves that were not chosen on:")
    say(before, after)


# -- cards ------------------------------------------------------------------------------------------

PAGE = 12


def pages(bench, weights):
    """{set: [(good, bad, nDCG) of the first page]} of shoppers' own words; unjudged ESCI products are neither."""
    bench.weigh(weights)
    found = {}
    for name, wardrobe, queries, judged in bench.sets:
        for query, words in queries:
            shown = wardrobe.ask(f"show {PAGE} {words}").split(" ")[1:]
            grades = judged[query]
            good = sum(grades.get(product, 0) >= (1 if name == "attribute" else 2) for product in shown)
            bad = sum(grades.get(product, 0 if name == "attribute" else 2) < (1 if name == "attribute" else 2) for product in shown)
            found.setdefault(name, []).append((good, bad, relevance.ndcg(shown, grades, PAGE)))
    return found


def page_worth(bench, weights, part):
    return sum(IMPORTANCE[name] * relevance.mean([part(page) for page in of])
               for name, of in pages(bench, weights).items()) / sum(IMPORTANCE.values())


def choose_cards(bench, weights):
    trials = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    worth = {value: page_worth(bench, dict(weights, cut=value), lambda page: (page[0] - page[1]) / PAGE) for value in trials}
    print("cut:", *(f"{value:g} {of:.4f}" for value, of in worth.items()), flush=True)
    weights = dict(weights, cut=max(value for value in trials if worth[value] >= max(worth.values()) - 0.001))
    for name, trials in (("variety", [0, 0.02, 0.05, 0.1, 0.2, 0.4]), ("spread", [0, 0.25, 0.5, 1, 1.5, 2])):
        worth = {value: page_worth(bench, dict(weights, **{name: value}), lambda page: page[2]) for value in trials}
        print(f"{name}:", *(f"{value:g} {of:.4f}" for value, of in worth.items()), flush=True)
        weights[name] = max(value for value in trials if worth[value] >= max(worth.values()) - 0.002)
    return weights


# -- the fusion -------------------------------------------------------------------------------------

def choose_meaning(weights):
    """By a grid: it has two weights, and the questions' vectors are asked for once."""
    folder = os.path.join(relevance.ROOT, "build", "minilm")
    import minilm
    minilm.install()
    model = minilm.MiniLM()
    wardrobes = {name: relevance.Wardrobe(os.path.join(folder, name, "catalogue.sqlite")) for name in relevance.CATALOGUES}
    sets, vectors = relevance.read_sets(), {}
    for name, (_, queries, _) in sets.items():
        queries[:] = queries[::3] if name == "attribute" else queries
        for (_, words), vector in zip(queries, model.embed([words for _, words in queries])):
            vectors[words] = " ".join(f"{x:.5f}" for x in vector)

    def rank(wardrobe, words):
        assert wardrobe.ask("vector " + vectors[words]) == "ok"
        return wardrobe.rank(words)

    best = None
    for k in (5, 10, 20, 40, 60):
        for meaning in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1):
            trial, values, said = dict(weights, fuse_k=k, fuse_meaning=meaning), {}, []
            for name, (catalogue, queries, judged) in sets.items():
                wardrobes[catalogue].weigh(trial)
                ndcg, recall = relevance.measure(lambda words: rank(wardrobes[catalogue], words), queries, judged)
                values[name] = [0.7 * a + 0.3 * b for a, b in zip(ndcg, recall)]
                said.append(f"{name} {relevance.mean(ndcg):.3f} {relevance.mean(recall):.3f}")
            print(f"k {k} meaning {meaning}: {objective(values):.4f} ", *said, flush=True)
            if best is None or objective(values) > best[0]:
                best = objective(values), trial
    return best[1]


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    before = read_weights()
    if "--meaning" in sys.argv:
        after = choose_meaning(before)
    else:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(folder)
            if "--cross" in sys.argv:
                cross(bench, before, rounds)
            if "--cards" in sys.argv:
                after = choose_cards(bench, before)
            else:
                after = climb(bench, dict(before), rounds)
                say(bench.scores(before), bench.scores(after))
    if "--write" in sys.argv:
        write_weights(after)
    else:
        print(",".join(f"{name}={value:g}" for name, value in after.items()))


if __name__ == "__main__":
    main()
