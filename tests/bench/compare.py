#!/usr/bin/python3
"""compare.py: this system beside ../shared/peer, the same pipeline in FastAPI, in one run.

Both get the same questions (../shared/data/utterances), the same products (../shared/data/catalog) and the
same understudy, each with its own model calls (counted). What is measured, as design.md section 8 asks:

  capacity     queries a second without a model's delay, closed loop, and the CPU of each process for a query
  half load    time from question to end, without a delay, at half of the peer's own capacity
  realistic    first word, first product, whole answer with 0.7 s to the first token and 130 tokens a second

    make bench [QUERIES=300]        the last line is JSON
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "tests/system"))
from daemons import Ensemble, free_port  # noqa: E402

QUERIES = int(os.environ.get("QUERIES", "300"))
LOAD = ROOT / "build/release/tests/bench/load"
CATALOGUE = SHARED / "data/catalog/catalog-44k-myntra-styles.jsonl.gz"


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def questions(folder):
    path = folder / "questions.txt"
    with open(SHARED / "data/utterances/webshop-fashion-goals-dev.tsv", encoding="utf-8") as goals:
        path.write_text("".join(line.split("\t", 1)[1] for line in goals if "\t" in line), encoding="utf-8")
    return path


def cpu_ms(pid):
    """CPU that a process has used in all its threads, milliseconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def load(port, file, *more):
    done = subprocess.run([str(LOAD), "--port", str(port), str(file), *map(str, more)], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise SystemExit(f"bench: load {more}: {done.stderr}")
    return json.loads(done.stdout.strip().split("\n")[-1])


class Side:
    """One of the two systems with an understudy of its own."""

    def __init__(self, name, first_token_ms, tokens_per_second, folder):
        self.name, self.folder = name, folder
        self.ensemble = Ensemble()
        self.understudy = self.ensemble.start("understudy", "--port", 0, "--first-token-ms", first_token_ms,
                                              "--tokens-per-second", tokens_per_second)
        self.model_url = f"http://127.0.0.1:{self.understudy.port()}/v1"
        self.peer = None
        getattr(self, "start_" + name)()

    def start_ensemble(self):
        env = {"MODEL_URL": self.model_url, "MODEL_KEY": "understudy", "MODEL_DIALECT": "chat"}
        subprocess.run([str(ROOT / "build/release/wardrobe/wardrobe"), "import", str(self.folder / "catalogue.tsv"), "--state-dir",
                        self.ensemble.state], check=True, capture_output=True)
        self.ensemble.env = {**env, "RUNS": "400", "MODEL_CALLS": "1000", "CAPACITY": "400"}
        for daemon in ("orchestrator", "psychologist", "extractor", "wardrobe"):
            self.ensemble.start(daemon)
        gateway = self.ensemble.gateway("--client-runs", 8)
        self.port = gateway.port()

    def start_peer(self):
        self.port = free_port()
        env = {**os.environ, "LLM_BASE_URL": self.model_url, "CATALOG_JSONL": str(self.folder / "catalogue.jsonl")}
        command = ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", str(SHARED / "peer"), "stylist_fastapi:app", "--port", str(self.port),
                   "--log-level", "error"]
        self.peer = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/openapi.json", timeout=1).read()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("bench: the peer did not start (python3-fastapi, -uvicorn, -uvloop, -httptools, -websockets, -httpx)")

    def run(self, *more):
        return load(self.port, questions(self.folder), *(["--peer"] if self.name == "peer" else []), *more)

    def cpu(self):
        """CPU used by now: {process: milliseconds}; the load generator counts too."""
        used = {daemon.label: cpu_ms(daemon.process.pid) for daemon in self.ensemble.daemons}
        if self.peer:
            used["peer"] = cpu_ms(self.peer.pid)
        times = os.times()
        used["load"] = (times.children_user + times.children_system) * 1000
        return used

    def capacity(self, queries):
        """Closed loop, warmed up. Says where the CPU goes, a line for each process."""
        self.run("--clients", 16, "--queries", 30)
        before, calls = self.cpu(), self.model_calls()
        out = self.run("--clients", 16, "--queries", queries)
        after = self.cpu()
        split = {name: round((after[name] - before[name]) / queries, 2) for name in after}
        for name, ms in sorted(split.items(), key=lambda one: -one[1]):
            say(f"{self.name}: {name:13} {ms:6.2f} ms of CPU a query")
        say(f"{self.name}: {'together':13} {sum(split.values()):6.2f} ms")
        return out, split, round((self.model_calls() - calls) / queries, 2)

    def model_calls(self):
        port = self.model_url.split(":")[2].split("/")[0]
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in text.split("\n") if line.startswith("understudy_requests_total")))

    def stop(self):
        if self.peer:
            self.peer.terminate()
            self.peer.wait()
        wrong = self.ensemble.close()
        self.ensemble.remove()
        if wrong:
            say("; ".join(wrong))


def prepare(folder):
    with gzip.open(CATALOGUE, "rb") as packed:
        (folder / "catalogue.jsonl").write_bytes(packed.read())
    subprocess.run(["/usr/bin/python3", str(ROOT / "tests/bench/convert_catalogue.py"), str(CATALOGUE), str(folder / "catalogue.tsv")], check=True)


def without_delay(folder):
    out = {}
    for name in ("peer", "ensemble"):
        side = Side(name, 0, 0, folder)
        try:
            capacity, split, calls = side.capacity(QUERIES)
            out[name] = {"capacity": capacity, "cpu_ms": split, "model_calls_per_query": calls}
            say(f"{name}: {out[name]}")
            rate = out["peer"]["capacity"]["qps"] / 2
            out[name]["half"] = side.run("--clients", 64, "--queries", QUERIES, "--rate", round(rate, 2))
            say(f"{name} at {rate:.1f} a second: {out[name]['half']}")
        finally:
            side.stop()
    return out


def realistic(folder):
    out = {}
    for name in ("peer", "ensemble"):
        side = Side(name, 700, 130, folder)
        try:
            out[name] = side.run("--clients", 20, "--queries", 60)
            say(f"{name}, realistic model: {out[name]}")
        finally:
            side.stop()
    return out


def main():
    if not SHARED.exists():
        raise SystemExit("bench: no ../shared with the peer and the data")
    with tempfile.TemporaryDirectory(prefix="ens-bench-") as name:
        folder = pathlib.Path(name)
        prepare(folder)
        fast, slow = without_delay(folder), realistic(folder)
    ours, peer = fast["ensemble"], fast["peer"]
    print(json.dumps({
        "qps": ours["capacity"]["qps"], "peer_qps": peer["capacity"]["qps"],
        "qps_ratio": round(ours["capacity"]["qps"] / peer["capacity"]["qps"], 2),
        "half_p50_ms": ours["half"]["p50_ms"], "peer_half_p50_ms": peer["half"]["p50_ms"],
        "half_p50_ratio": round(ours["half"]["p50_ms"] / peer["half"]["p50_ms"], 3),
        "half_p99_ms": ours["half"]["p99_ms"], "peer_half_p99_ms": peer["half"]["p99_ms"],
        "half_p99_ratio": round(ours["half"]["p99_ms"] / peer["half"]["p99_ms"], 3),
        "first_word_ratio": round(slow["ensemble"]["first_word_p50_ms"] / slow["peer"]["first_word_p50_ms"], 3),
        "first_product_p50_ms": slow["ensemble"]["first_product_p50_ms"],
        "whole_ratio": round(slow["ensemble"]["p50_ms"] / slow["peer"]["p50_ms"], 3),
        "cpu_ms": ours["cpu_ms"], "peer_cpu_ms": peer["cpu_ms"],
        "model_calls_per_query": ours["model_calls_per_query"], "peer_model_calls_per_query": peer["model_calls_per_query"],
        "errors": ours["capacity"]["errors"] + ours["half"]["errors"] + slow["ensemble"]["errors"],
    }))


if __name__ == "__main__":
    main()
