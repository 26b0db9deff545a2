#!/usr/bin/python3
"""How long a lookup takes: the 946 requests of ../shared/data/utterances against the 44k catalogue, in one wardrobe on one core,
beside plain FTS5 on the same sentences; then against 1,000,000 products of make_catalogue.py.

make bench-lookup. A lookup is all that LOOKUP does but the bus: words read, filter, ranking, folding, variety, twelve products' texts,
the answer as JSON. Last line: JSON.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import relevance

UTTERANCES = os.path.join(relevance.DATA, "utterances", "webshop-fashion-goals-dev.tsv")
LIMIT = 12


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def sentences():
    with open(UTTERANCES, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t", 1)[1] for line in lines if "\t" in line]


def time_ours(catalogue, said):
    wardrobe = relevance.Wardrobe(catalogue)
    os.sched_setaffinity(wardrobe.process.pid, {0})
    for words in said[:50]:
        wardrobe.ask(f"look {LIMIT} {words}")
    answers = [wardrobe.ask(f"look {LIMIT} {words}").split() for words in said]
    with open(f"/proc/{wardrobe.process.pid}/status", encoding="utf-8") as status:
        rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
    wardrobe.close()
    return [int(micros) / 1000 for micros, _ in answers], sum(int(count) > 0 for _, count in answers), rss


def time_plain(said):
    plain = relevance.Plain("myntra")
    took = []
    for words in said:
        started = time.perf_counter()
        plain.rank(words, LIMIT)
        took.append((time.perf_counter() - started) * 1000)
    return took


def million(folder, said, count):
    feed, state = os.path.join(folder, "million.tsv"), os.path.join(folder, "million")
    subprocess.run([sys.executable, os.path.join(relevance.HERE, "make_catalogue.py"), feed, str(count)], check=True)
    started = time.monotonic()
    subprocess.run([os.path.join(relevance.BUILD, "wardrobe", "wardrobe"), "import", feed, "--state-dir", state, "--quiet"], check=True,
                   stderr=subprocess.DEVNULL)
    took = time.monotonic() - started
    import_rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    catalogue = os.path.join(state, "catalogue.sqlite")
    times, found, rss = time_ours(catalogue, said)
    return {"products": count, "p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3), "found": found,
            "import_s": round(took, 1), "import_rows_s": round(count / took), "import_rss_mb": round(import_rss),
            "index_mb": round(os.path.getsize(catalogue) / 1e6), "rss_mb": round(rss)}


def main():
    if not os.path.isdir(relevance.DATA):
        print("skipped: no ../shared")
        return
    said = sentences()
    with tempfile.TemporaryDirectory() as folder:
        times, found, rss = time_ours(relevance.import_catalogue("myntra", folder), said)
        result = {"requests": len(said), "found": found, "p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3),
                  "rss_mb": round(rss)}
        print(f"44k: {result}", flush=True)
        if "--quick" not in sys.argv:
            plain = time_plain(said)
            result.update(fts5_p50_ms=round(percentile(plain, 0.5), 2), fts5_p99_ms=round(percentile(plain, 0.99), 2))
            result["million"] = million(folder, said, 1000000)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
