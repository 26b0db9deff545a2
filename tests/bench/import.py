#!/usr/bin/python3
"""import.py WARDROBE ROWS FORMAT...: a made-up shop of ROWS variants, imported from each format.

For each: rows a second from the file to the catalogue in its place, the importer's largest resident memory, and the size of feed and
catalogue. The last line is JSON.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import make_feed_rows  # noqa: E402


def run(wardrobe, rows, form, folder):
    feed = folder / "feed"
    make_feed_rows.write(form, rows, feed)
    started = time.monotonic()
    process = subprocess.Popen([wardrobe, "import", feed, "--state-dir", folder, "--currency", "USD", "--quiet"],
                               stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status or f"in {rows} variants of {rows} rows, 0 refused" not in said:
        sys.exit(f"{form}: {said}")
    return {"rows": rows, "seconds": round(seconds, 2), "rows_per_s": round(rows / seconds),
            "cpu_s": round(used.ru_utime + used.ru_stime, 2), "max_rss_mb": round(used.ru_maxrss / 1024, 1),
            "feed_mb": round(feed.stat().st_size / 1e6, 1),
            "catalogue_mb": round((folder / "catalogue.sqlite").stat().st_size / 1e6, 1)}


def main(wardrobe, rows, *forms):
    results = {}
    for form in forms:
        with tempfile.TemporaryDirectory(prefix="ens-import-") as folder:
            results[form] = run(wardrobe, int(rows), form, pathlib.Path(folder))
        r = results[form]
        print(f"{form:13} {r['rows_per_s']:7} rows/s  {r['max_rss_mb']:7} MB  ({r['feed_mb']} MB of feed)", flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
