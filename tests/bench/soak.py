#!/usr/bin/env python3
"""soak.py [--minutes N] [--shoppers N]: load and no kill. Resident memory and descriptors of every daemon are
sampled; over the last three quarters they must be flat. The last line is JSON; ends with 1 when they are not."""
import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from fire import Doubled  # noqa: E402
from shoppers import Book, Shopper  # noqa: E402

EVERY_S = 5
MAY_GROW = 0.05  # of resident memory over the last three quarters, by the line through the samples
OR_KIB = 1024


def slope(points):
    """Of the straight line through [(x, y)], least squares."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    across = sum((x - mx) ** 2 for x, _ in points)
    return sum((x - mx) * (y - my) for x, y in points) / across if across else 0.0


class Samples:
    """Of one daemon: [(minute, KiB, descriptors)]."""

    def __init__(self, daemon):
        self.daemon, self.taken = daemon, []

    def take(self, minute, descriptors):
        self.taken.append((minute, self.daemon.memory_kib(), descriptors))

    def report(self):
        late = self.taken[len(self.taken) // 4:]
        minutes = late[-1][0] - late[0][0]
        per_minute = slope([(m, kib) for m, kib, _ in late])
        descriptors = slope([(m, count) for m, _, count in late])
        grown = per_minute * minutes
        return {"kib": [late[0][1], late[-1][1]], "kib_a_minute": round(per_minute, 1),
                "descriptors": [late[0][2], late[-1][2]], "descriptors_a_minute": round(descriptors, 3),
                "flat": grown <= max(OR_KIB, MAY_GROW * late[0][1]) and descriptors * minutes < 3}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--shoppers", type=int, default=4)
    options = parser.parse_args()
    whole = Doubled()
    book = Book(whole.urls)
    try:
        samples = {d.label: Samples(d) for d in whole.ensemble.daemons}
        shoppers = [Shopper(book, n, n) for n in range(options.shoppers)]
        for shopper in shoppers:
            shopper.start()
        begun = time.monotonic()
        while (minute := (time.monotonic() - begun) / 60) < options.minutes:
            descriptors = whole.descriptors()
            for label, of in samples.items():
                of.take(minute, descriptors[label])
            time.sleep(EVERY_S)
        book.closing.set()
        for shopper in shoppers:
            shopper.join(120)
        wrong = whole.close()
    finally:
        whole.close()
        whole.ensemble.remove()
    report = {label: of.report() for label, of in samples.items()}
    for label, line in report.items():
        print(label, json.dumps(line))
    ended = sum(t["how"] == "ask" and t["verdict"] == "ended" for t in book.transcripts)
    flat = all(line["flat"] for line in report.values()) and not wrong
    print(json.dumps({"minutes": options.minutes, "runs": ended, "flat": flat,
                      "kib_a_minute": {label: line["kib_a_minute"] for label, line in report.items()},
                      "descriptors_a_minute": {label: line["descriptors_a_minute"] for label, line in report.items()}}))
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
