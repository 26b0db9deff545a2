#!/usr/bin/python3
"""How long a lookup takes: the 946 requests of ../shared/data/utterances against the 44k catalogue, in one process on one core, beside
plain FTS5 on the same sentences; then against 1,000,000 products of make_catalogue.py.

make bench-lookup [PRODUCTS=1000000]: some two minutes on two idle cores. A lookup is all that LOOKUP does but the bus: words read, filter,
ranking, folding, variety, twelve products' texts, the answer as JSON text; measured in ask_catalogue, which is the wardrobe's own library,
by the time that it had a core. FTS5 is asked for as many of the sentences as it answers in two minutes. The last line is JSON.
"""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

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


def time_ours(catalogue, said):
    """Milliseconds of each, how many brought a product, and the memory."""
    started = time.monotonic()
    wardrobe = relevance.Wardrobe(catalogue)
    os.sched_setaffinity(wardrobe.process.pid, {0})
    assert wardrobe.ask("settle") == "ok"
    opened = time.monotonic() - started
    for words in said[:50]:
        wardrobe.ask(f"look {LIMIT} {words}")
    answers = [wardrobe.ask(f"look {LIMIT} {words}").split() for words in said]
    rss, own = memory_of(wardrobe.process)
    wardrobe.close()
    times = [int(micros) / 1000 for micros, _ in answers]
    found = sum(int(count) > 0 for _, count in answers)
    result = {"p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3)}
    print(f"  {len(said)} requests, {found} found something: p50 {result['p50_ms']} ms, p90 {percentile(times, 0.9):.3f}, "
          f"p99 {result['p99_ms']}, worst {max(times):.3f}; opened in {opened:.1f} s, {rss:.0f} MB resident, {own:.0f} of it no file's",
          flush=True)
    return result, rss


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


def import_million(folder, count):
    """The catalogue of COUNT products; returns its file, and how long the import took."""
    feed, state = os.path.join(folder, "million.tsv"), os.path.join(folder, "million")
    subprocess.run([sys.executable, os.path.join(relevance.HERE, "make_catalogue.py"), feed, str(count)], check=True)
    started = time.monotonic()
    importer = subprocess.Popen([os.path.join(relevance.BUILD, "wardrobe", "wardrobe"), "import", feed, "--state-dir", state, "--quiet"],
                                stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(importer.pid, 0)
    took = time.monotonic() - started
    if status:
        sys.exit("the import failed")
    os.remove(feed)
    print(f"  imported in {took:.1f} s, {count / took:.0f} rows a second; {used.ru_utime + used.ru_stime:.1f} s of CPU, "
          f"{used.ru_maxrss / 1024:.0f} MB at most", flush=True)
    return os.path.join(state, "catalogue.sqlite"), took


def million(folder, said, count):
    print(f"{count} products, generated", flush=True)
    catalogue, took = import_million(folder, count)
    with contextlib.closing(sqlite3.connect(catalogue)) as base:
        sections = base.execute("SELECT sum(length(bytes)) FROM sections").fetchone()[0] / 1e6
    size = os.path.getsize(catalogue) / 1e6
    print(f"  {size:.0f} MB of catalogue, of which {sections:.0f} are the index's", flush=True)
    times, rss = time_ours(catalogue, said)
    return {**times, "import_s": round(took, 1), "index_mb": round(size), "rss_mb": round(rss)}


def main():
    if not os.path.isdir(relevance.DATA):
        print("skipped: no ../shared")
        return
    said = sentences()
    print(f"in process, milliseconds of CPU, the answer's text included; {os.getloadavg()[0]:.1f} of other work on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        print("44439 products of ../shared/data", flush=True)
        result, _ = time_ours(relevance.import_catalogue("myntra", folder), said)
        if "--quick" not in sys.argv:
            result.update(time_plain(said))
            result["million"] = million(folder, said, int(os.environ.get("PRODUCTS") or 1000000))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
