#!/usr/bin/env python3
"""chaos.py [--kills N] [--shoppers N] [--seed N] [--keep]: kill anything under load, then judge.

The last line is JSON. Ends with 0 when nothing was lost, nothing came twice, nothing came in a wrong
order, no process died by itself, none has leaked a descriptor and all answer."""
import argparse
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fire import Fire, Doubled  # noqa: E402
from judge import judge, p99_ms  # noqa: E402
from official import OfficialShopper, install  # noqa: E402
from shoppers import Book, Follower, Shopper, replay_all, tell_histories  # noqa: E402


def read_arguments(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--shoppers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--several", action="store_true", help="two orchestrators over one PostgreSQL server of the test's own")
    parser.add_argument("--keep", action="store_true", help="the state folder stays, with logs and transcripts")
    return parser.parse_args(arguments)


def warm_up(whole, dice):
    """Every gateway answers; afterwards all connections are there that a daemon keeps."""
    book = Book(whole.urls)
    for i in range(6):
        Follower(book, book.new("first", f"warm-{dice.random()}", f"warm-{i}", "ask"), dice, "a linen shirt").follow()
    return [t for t in book.transcripts if t["verdict"] != "ended"]


def everyone_answers(whole, dice):
    """After the fire: each gateway leads a run to its end, and every process is there."""
    wrong = [f"{d.label} is not there" for d in whole.ensemble.daemons if not d.running()]
    for gateway in range(len(whole.urls)):
        book = Book(whole.urls[gateway:gateway + 1])
        for i in range(4):
            last = Follower(book, book.new("last", f"last-{dice.random()}", f"last-{gateway}-{i}", "ask"), dice,
                            "white linen shirt and sand chinos")
            if last.follow() != "ended":
                wrong.append(f"a question by gateway {gateway} was not answered after the fire")
    return wrong


def leaks(before, after):
    return [f"{label}: {before[label]} descriptors before, {after[label]} after"
            for label in before if after[label] > before[label]]


def rage(whole, options, book):
    """Kill under load. What went wrong with the processes."""
    shoppers = [Shopper(book, n, options.seed + n) for n in range(options.shoppers)]
    folder, missing = install()
    if folder:
        shoppers.append(OfficialShopper(book, folder))
    elif os.environ.get("CI") == "true":
        raise AssertionError(missing)
    fire = Fire(whole, options.seed)
    for shopper in shoppers:
        shopper.start()
    fire.burn(options.kills, 5 + options.kills)
    book.closing.set()
    for shopper in shoppers:
        shopper.join(150)
    wrong = fire.wrong + [f"{s.name} is stuck" for s in shoppers if s.is_alive()]
    wrong += [f"{s.name}: {s.broken!r}" for s in shoppers if s.broken]
    return fire, wrong


def chaos(options, say=print):
    """The report, and all that is wrong as sentences."""
    dice = random.Random(options.seed)
    whole = Doubled(several=options.several)
    book = Book(whole.urls)
    try:
        wrong = [f"not even answered before: {t['verdict']}" for t in warm_up(whole, dice)]
        before = whole.descriptors_at_rest()
        begun = time.monotonic()
        fire, more = rage(whole, options, book)
        say(f"{fire.kills} in {time.monotonic() - begun:.0f} s, seed {options.seed}")
        wrong += more + everyone_answers(whole, dice)
        replay_all(book)
        tell_histories(book)
        after = whole.descriptors_at_rest(before)
        wrong += leaks(before, after)
        wrong += whole.close()
        findings, runs = judge(whole.store, book.transcripts)
    finally:
        whole.close()
        (pathlib.Path(whole.state) / "transcripts.json").write_text(json.dumps(book.transcripts))
        if options.keep:
            say(f"kept in {whole.state}")
            if whole.server is not None:
                whole.server.stop()
        else:
            whole.remove()
    official = sum(t.get("client") == "tanstack" and t["verdict"] == "ended" for t in book.transcripts)
    say(f"{official} of the runs by TanStack's own client, {len(book.transcripts)} transcripts")
    report = {"runs": runs, "kills": fire.count(), "lost": len(findings.lost), "twice": len(findings.twice),
              "order_errors": len(findings.order), "p99_ms": p99_ms(book.transcripts),
              "leaked": sum(after[d] > before[d] for d in before)}
    return report, wrong + str(findings).splitlines()


def main():
    options = read_arguments()
    report, wrong = chaos(options)
    for sentence in wrong[:60]:
        print("WRONG", sentence)
    print(json.dumps(report))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
