#!/usr/bin/python3
"""store.py: queries a second with the store in a file, on a PostgreSQL server, and with two orchestrators over that server; by turns, in one run,
everything on one machine, without a model's delay.

    make bench-store [QUERIES=300] [ROUNDS=3]        the last line is JSON
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))
from daemons import SAMPLE_SHOP, Ensemble, import_feed  # noqa: E402
from postgres_server import Postgres  # noqa: E402

QUERIES, ROUNDS = int(os.environ.get("QUERIES", "300")), int(os.environ.get("ROUNDS", "3"))
LOAD = ROOT / "build/release/tests/bench/load"
QUESTIONS = ["A linen shirt for a beach wedding, size M", "Something warm for a walk in the snow, no wool", "A black dress under 120 dollars",
             "White sneakers, EU 42", "What do I wear to a job interview at a bank?"]


class Side:
    """A whole system with its store at PLACE, led by COUNT orchestrators."""

    def __init__(self, place, count, catalogue):
        self.ensemble = Ensemble()
        import_feed(self.ensemble.state, catalogue)
        understudy = self.ensemble.start("understudy", "--port", 0, "--first-token-ms", 0, "--tokens-per-second", 0)
        buses = [f"ipc://bus/{n}" for n in range(count)]
        self.ensemble.env = {"MODEL_URL": f"http://127.0.0.1:{understudy.port()}/v1", "MODEL_KEY": "understudy", "MODEL_DIALECT": "chat", "RUNS": "400",
                             "MODEL_CALLS": "1000", "CAPACITY": "400", "ENSEMBLE_BUS": ",".join(buses)}
        self.orchestrators = [self.ensemble.start("orchestrator", "--bus", bus, "--store", place) for bus in buses]
        for worker in ("psychologist", "extractor", "wardrobe"):
            self.ensemble.start(worker)
        self.port = self.ensemble.gateway("--client-runs", 8).port()
        self.figures = []

    def cpu_ms(self):
        ticks = 0
        for daemon in self.orchestrators:
            fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")

    def load(self, questions, *more):
        done = subprocess.run([LOAD, "--port", str(self.port), questions, *map(str, more)], capture_output=True, text=True, timeout=300, check=True)
        return json.loads(done.stdout.strip().split("\n")[-1])

    def measure(self, questions):
        before = self.cpu_ms()
        busy = self.load(questions, "--clients", 20, "--queries", QUERIES)
        cpu = (self.cpu_ms() - before) / QUERIES
        alone = self.load(questions, "--clients", 1, "--queries", QUERIES // 5)
        self.figures.append((busy, alone, cpu))
        assert busy["errors"] == 0 and alone["errors"] == 0, (busy, alone)

    def report(self):
        print(json.dumps(self.figures[0][0]), json.dumps(self.figures[0][1]), file=sys.stderr)
        median = lambda of: round(statistics.median(of(f) for f in self.figures), 2)
        return {"qps": median(lambda f: f[0]["qps"]), "alone_p50_ms": median(lambda f: f[1]["p50_ms"]), "cpu_ms": median(lambda f: f[2])}


def main():
    server = Postgres(fsync="on")
    sides = {}
    questions = server.folder.parent / f"{server.folder.name}.questions"
    questions.write_text("\n".join(QUESTIONS) + "\n")
    try:
        sides["file"] = Side("store.sqlite", 1, SAMPLE_SHOP)
        sides["server"] = Side(server.catalogue(), 1, SAMPLE_SHOP)
        sides["two"] = Side(server.catalogue(), 2, SAMPLE_SHOP)
        for side in sides.values():
            side.load(questions, "--clients", 20, "--queries", 40)
        for _ in range(ROUNDS):
            for side in sides.values():
                side.measure(questions)
        report = {name: side.report() for name, side in sides.items()}
    finally:
        for side in sides.values():
            side.ensemble.close()
            side.ensemble.remove()
        server.remove()
        questions.unlink()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
