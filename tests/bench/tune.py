#!/usr/bin/python3
"""Choose wardrobe/weights.def's values by the dev judgments: tune.py [--write] [--rounds N]

Coordinate search: one weight after another is tried larger and smaller, and what raises the objective stays. The objective
is the mean over the sets of nDCG@10 and a little Recall@100; what it was before and after is said with a paired
test by query.
"""
import re
import sys
import tempfile

import relevance

FILE = relevance.os.path.join(relevance.ROOT, "wardrobe", "weights.def")
KEPT = {"cut", "variety", "spread", "suits", "shuns", "occasion_word", "child"}  # of what these judgments say nothing about


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
        for name, (catalogue, queries, judgments) in relevance.SETS.items():
            judged = relevance.read_judgments(judgments)
            queries = [query for query in relevance.read_queries(queries) if query[0] in judged]
            if name == "attribute":
                queries = queries[::3]
            self.sets.append((name, self.wardrobes[catalogue], queries, judged))

    def scores(self, weights):
        """Each query's part of the objective: {set: [value]}."""
        for wardrobe in self.wardrobes.values():
            wardrobe.weigh(weights)
        values = {}
        for name, wardrobe, queries, judged in self.sets:
            ndcg, recall = relevance.measure(wardrobe.rank, queries, judged)
            values[name] = [0.8 * a + 0.2 * b for a, b in zip(ndcg, recall)]
        return values


IMPORTANCE = {"esci_fashion": 2.0, "esci_other": 1.0, "attribute": 1.5}


def objective(values):
    return sum(IMPORTANCE[name] * relevance.mean(of) for name, of in values.items()) / sum(IMPORTANCE.values())


def climb(bench, weights, rounds):
    best = objective(bench.scores(weights))
    step = 1.6
    print(f"start {best:.4f}")
    for _ in range(rounds):
        raised = False
        for name in weights:
            if name in KEPT:
                continue
            for factor in (step, 1 / step):
                value = min(round(weights[name] * factor, 3) or 0.01, 0.95 if name == "b" else 30)
                trial = dict(weights, **{name: value})
                score = objective(bench.scores(trial))
                if score > best + 0.0003:
                    best, weights, raised = score, trial, True
                    print(f"{best:.4f} {name}={value:g}", flush=True)
                    break
        if not raised:
            step = 1 + (step - 1) / 2
            if step < 1.1:
                break
    return weights


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        before = read_weights()
        after = climb(bench, dict(before), rounds)
        old, new = bench.scores(before), bench.scores(after)
        for name in old:
            print(f"{name}: {relevance.mean(old[name]):.4f} -> {relevance.mean(new[name]):.4f}, "
                  f"paired p {relevance.paired_p(new[name], old[name]):.3f}")
        if "--write" in sys.argv:
            write_weights(after)
        else:
            print(",".join(f"{name}={value:g}" for name, value in after.items()))


if __name__ == "__main__":
    main()
