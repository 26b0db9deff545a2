#!/usr/bin/python3
"""How long a lookup takes: the 946 requests of ../shared/data/utterances against the 44k catalogue, in one process on one core, beside
plain FTS5 on the same sentences; the same through a running wardrobe; then against 1,000,000 products of make_catalogue.py, by words
and with vectors.

make bench-lookup [PRODUCTS=1000000]: some ten minutes on two idle cores, two with WITHOUT=vectors. Two figures are not the same thing:

- in process: all that LOOKUP does but the bus (words read, filter, ranking, folding, variety, twelve products' texts, the answer as JSON
  text), in ask_catalogue, which is the wardrobe's own library, by the time that it had a core: what the search costs.
- `bus`: a wardrobe as it runs, asked by one client, one request at a time, LOOKUP to FOUND, by the clock on the wall: what somebody who
  asks waits, whatever else the machine does meanwhile; in it are two messages by ZeroMQ, this client's Python, and JSON read and written.

With vectors each request has one too (embeddings_stub.py, 384 numbers), and all products that keep the criteria are compared. FTS5 is
asked for as many of the sentences as it answers in two minutes. The last line is JSON.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import zmq

import embeddings_stub
import relevance

UTTERANCES = os.path.join(relevance.DATA, "utterances", "webshop-fashion-goals-dev.tsv")
LIMIT = 12
PLAIN_S = 120


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def sentences():
    with open(UTTERANCES, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t", 1)[1] for line in lines if "\t" in line]


def memory_of(process):
    """Resident memory in MB, of which what is the process's own and no file's."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
        fields = dict(line.split(":", 1) for line in status)
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")]


def time_ours(catalogue, said, by_meaning=False):
    """Milliseconds of each, how many brought a product, and the memory."""
    started = time.monotonic()
    wardrobe = relevance.Wardrobe(catalogue)
    os.sched_setaffinity(wardrobe.process.pid, {0})
    assert wardrobe.ask("settle") == "ok"
    opened = time.monotonic() - started

    def ask(words):
        if by_meaning:
            assert wardrobe.ask("vector " + embeddings_stub.vector(words).replace(",", " ")) == "ok"
        return wardrobe.ask(f"{'find' if by_meaning else 'look'} {LIMIT} {words}").split()

    for words in said[:50]:
        ask(words)
    answers = [ask(words) for words in said]
    rss, own = memory_of(wardrobe.process)
    wardrobe.close()
    times = [int(micros) / 1000 for micros, _ in answers]
    found = sum(int(count) > 0 for _, count in answers)
    result = {"p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3)}
    print(f"  {len(said)} requests, {found} found something: p50 {result['p50_ms']} ms, p90 {percentile(times, 0.9):.3f}, "
          f"p99 {result['p99_ms']}, worst {max(times):.3f}; opened in {opened:.1f} s, {rss:.0f} MB resident, {own:.0f} of it no file's",
          flush=True)
    return result, rss


class Client:
    """An orchestrator that asks one thing at a time and waits for it; no more Python than that takes."""

    def __init__(self, catalogue):
        self.state = tempfile.mkdtemp(prefix="lookup-")
        os.mkdir(os.path.join(self.state, "bus"))
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.bind(f"ipc://{self.state}/bus/orchestrator")
        self.process = subprocess.Popen([os.path.join(relevance.BUILD, "wardrobe", "wardrobe"), "--state-dir", self.state, "--catalogue", catalogue],
                                        stderr=subprocess.DEVNULL, cwd=relevance.ROOT)
        self.route = self.wait_for(b"HELLO")[0]
        self.send("HELLO", role="orchestrator", name="0" * 32, version=1, capacity=64)
        self.wait_for(b"FACETS")
        self.beat_at = 0

    def send(self, kind, **fields):
        self.socket.send_multipart([self.route, kind.encode() + b"\0", b"r\0", b"s\0", b"0\0", b"0\0", json.dumps(fields).encode()])

    def wait_for(self, kind):
        while True:
            if not self.socket.poll(60000):
                sys.exit("the wardrobe says nothing")
            frames = self.socket.recv_multipart()
            if frames[1].rstrip(b"\0") == kind:
                return frames

    def time(self, words):
        """Milliseconds from LOOKUP to FOUND."""
        if time.monotonic() > self.beat_at:
            self.send("BEAT")
            self.beat_at = time.monotonic() + 0.5
        started = time.perf_counter()
        self.send("LOOKUP", words=words, slot="", wish=None, criteria={}, early=1, limit=LIMIT, version="", said="")
        self.wait_for(b"FOUND")
        return (time.perf_counter() - started) * 1000

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.socket.close(0)
        self.context.term()
        shutil.rmtree(self.state)


def time_bus(catalogue, said):
    client = Client(catalogue)
    for words in said[:50]:
        client.time(words)
    times = [client.time(words) for words in said]
    nothing = [client.time("") for _ in range(200)]
    client.close()
    result = {"p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3)}
    print(f"  through a running wardrobe, by the clock: p50 {result['p50_ms']} ms, p90 {percentile(times, 0.9):.3f}, p99 {result['p99_ms']}, "
          f"worst {max(times):.3f}; a lookup of no words {percentile(nothing, 0.5):.3f}", flush=True)
    return result


def time_plain(said):
    plain = relevance.Plain("myntra")
    took, stop = [], time.monotonic() + PLAIN_S
    for words in said:
        started = time.perf_counter()
        plain.rank(words, LIMIT)
        took.append((time.perf_counter() - started) * 1000)
        if time.monotonic() > stop:
            break
    print(f"plain FTS5: {len(took)} requests: p50 {percentile(took, 0.5):.2f} ms, p99 {percentile(took, 0.99):.2f}", flush=True)
    return {"fts5_p50_ms": round(percentile(took, 0.5), 2), "fts5_p99_ms": round(percentile(took, 0.99), 2)}


def import_million(feed, state, count, *options):
    """The catalogue of COUNT products; returns its file, and how long the import took."""
    started = time.monotonic()
    importer = subprocess.Popen([os.path.join(relevance.BUILD, "wardrobe", "wardrobe"), "import", feed, "--state-dir", state, "--quiet",
                                 *options], stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(importer.pid, 0)
    took = time.monotonic() - started
    if status:
        sys.exit("the import failed")
    print(f"  imported in {took:.1f} s, {count / took:.0f} rows a second; {used.ru_utime + used.ru_stime:.1f} s of CPU, "
          f"{used.ru_maxrss / 1024:.0f} MB at most", flush=True)
    return os.path.join(state, "catalogue.sqlite"), took


def million(folder, feed, said, count, by_meaning=False):
    """With BY_MEANING also vectors, from a stub that has a core of its own and is most of the import's time."""
    print(f"{count} products, generated{', with vectors of 384 numbers' if by_meaning else ''}", flush=True)
    stub = subprocess.Popen([os.path.join(relevance.HERE, "embeddings_stub.py")], stdout=subprocess.PIPE, text=True) if by_meaning else None
    options = ["--embedding-url", stub.stdout.readline().strip(), "--embedding-model", "stub", "--embedding-batch", "512"] if stub else []
    catalogue, took = import_million(feed, os.path.join(folder, "vectors" if stub else "words"), count, *options)
    if stub:
        stub.terminate()
        stub.wait()
    with contextlib.closing(sqlite3.connect(catalogue)) as base:
        sections = base.execute("SELECT sum(length(bytes)) FROM sections").fetchone()[0] / 1e6
    size = os.path.getsize(catalogue) / 1e6
    print(f"  {size:.0f} MB of catalogue, of which {sections:.0f} are the index's", flush=True)
    times, rss = time_ours(catalogue, said, by_meaning)
    shutil.rmtree(os.path.dirname(catalogue))
    return {**times, "import_s": round(took, 1), "index_mb": round(size), "rss_mb": round(rss)}


def main():
    if not os.path.isdir(relevance.DATA):
        print("skipped: no ../shared")
        return
    said = sentences()
    print(f"in process, milliseconds of CPU, the answer's text included; {os.getloadavg()[0]:.1f} of other work on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        print("44439 products of ../shared/data", flush=True)
        catalogue = relevance.import_catalogue("myntra", folder)
        result, _ = time_ours(catalogue, said)
        result["bus"] = time_bus(catalogue, said)
        if "--quick" not in sys.argv:
            count, feed = int(os.environ.get("PRODUCTS") or 1000000), os.path.join(folder, "million.tsv")
            result.update(time_plain(said))
            subprocess.run([sys.executable, os.path.join(relevance.HERE, "make_catalogue.py"), feed, str(count)], check=True)
            result["million"] = million(folder, feed, said, count)
            if os.environ.get("WITHOUT") != "vectors":
                result["million_vectors"] = million(folder, feed, said, count, True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
