"""What was lost, what came twice, what came in a wrong order: a function of the store's file and of what
the clients wrote down, and of nothing else.

A transcript is a dictionary, one for each way that a client followed a run:

    {"client": "shopper-3", "run": "run-…", "thread": "…", "how": "ask" | "join",
     "began": s, "ended": s or None, "aborted": bool, "verdict": "ended" | "refused" | "gave up",
     "legs": [{"gateway": 0, "offset": None or id, "events": [[id, event], …], "end": "…"}, …]}

A leg is one connection; the legs of a transcript are the same client, come back with the last id. An
official client also has "shown": the texts that it shows in the end. Or it is what a gateway said of a thread: {"history": thread, "messages": [{…}, …]}."""
import json
import pathlib
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from client import Order, WrongOrder  # noqa: E402

ENDS = ("RUN_FINISHED", "RUN_ERROR")
ENDED = 2  # runs.state


class Findings:
    """Sentences about what is wrong, by kind."""

    def __init__(self):
        self.lost, self.twice, self.order = [], [], []

    def __bool__(self):
        return bool(self.lost or self.twice or self.order)

    def __str__(self):
        return "\n".join(f"{kind}: {sentence}" for kind in ("lost", "twice", "order") for sentence in getattr(self, kind))


class Run:
    """A run as the store has it."""

    def __init__(self, row):
        self.number, self.run_id, self.thread, self.state = row
        self.events, self.messages = {}, []


def rows(store, sql):
    """The rows of SQL, each a list, in a store's file or at a server's URL."""
    if "://" not in str(store):
        db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        found = db.execute(sql).fetchall()
        db.close()
        return found
    done = subprocess.run(["psql", store, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", f"SELECT row_to_json(r) FROM ({sql}) AS r"],
                          capture_output=True, text=True, check=True, timeout=120)
    return [list(json.loads(line).values()) for line in done.stdout.splitlines()]


def read_store(store):
    """{run id: Run}, in the order of acceptance."""
    runs = {row[0]: Run(row) for row in rows(
        store, "SELECT r.id, r.run_id, t.thread, r.state FROM runs r JOIN threads t ON t.id = r.thread ORDER BY r.id")}
    for number, place, event in rows(store, "SELECT run, place, event FROM events ORDER BY run, place"):
        runs[number].events[place] = json.loads(event)
    for number, message in rows(store, "SELECT run, message FROM messages ORDER BY run, id"):
        runs[number].messages.append(json.loads(message))
    return {run.run_id: run for run in runs.values()}


class Screen:
    """What a client shows of a run after its events: texts by message, and the calls that were answered."""

    def __init__(self):
        self.texts, self.answered = {}, []

    def see(self, event):
        kind = event["type"]
        if kind == "TEXT_MESSAGE_START":
            self.texts[event["messageId"]] = ""
        elif kind == "TEXT_MESSAGE_CONTENT":
            self.texts[event["messageId"]] += event["delta"]
        elif kind == "TOOL_CALL_RESULT":
            self.answered.append(event["toolCallId"])
        elif kind == "MESSAGES_SNAPSHOT":
            self.show(event["messages"])

    def show(self, messages):
        """MESSAGES is all there is now; only what follows the last question is this run's."""
        last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=-1)
        own = messages[last + 1:]
        self.texts = {m["id"]: m["content"] for m in own if m["role"] == "assistant" and m.get("content")}
        self.answered = [m["toolCallId"] for m in own if m["role"] == "tool"]


def check_order(events, who, findings, order=None):
    order = order or Order()
    for place, event in events:
        try:
            order.see(event)
        except WrongOrder as wrong:
            findings.order.append(f"{who}: at {place}: {wrong}")
            return


def check_events(run, findings):
    """What the store has of a run begins, ends once, and is in an order that clients take."""
    ends = [place for place, event in run.events.items() if event["type"] in ENDS]
    if not ends or run.state != ENDED:
        findings.lost.append(f"{run.run_id}: accepted and has no end (state {run.state})")
    if len(ends) > 1:
        findings.twice.append(f"{run.run_id}: {len(ends)} ends")
    if not run.events or next(iter(run.events.values()))["type"] != "RUN_STARTED":
        findings.order.append(f"{run.run_id}: does not begin with RUN_STARTED")
    check_order(run.events.items(), f"{run.run_id} in the store", findings)


def check_answer(run, findings):
    """The thread's history holds the question and the answer once, as the screen has them."""
    screen = Screen()
    for event in run.events.values():
        try:
            screen.see(event)
        except KeyError:
            return  # of a message that never began: check_order() has said so
    questions = sum(m["role"] == "user" for m in run.messages)
    texts = [(m["id"], m["content"]) for m in run.messages if m["role"] == "assistant" and m.get("content")]
    answered = [m["toolCallId"] for m in run.messages if m["role"] == "tool"]
    if questions != 1:
        (findings.lost if questions == 0 else findings.twice).append(f"{run.run_id}: {questions} questions in the history")
    for what, values in (("message", [i for i, _ in texts]), ("paragraph", [t for _, t in texts if len(t) > 20]),
                         ("result", answered), ("result on the screen", screen.answered)):
        for value in sorted({v for v in values if values.count(v) > 1}):
            findings.twice.append(f"{run.run_id}: {what} {value[:60]!r} is there {values.count(value)} times")
    kept, shown = dict(texts), {i: t for i, t in screen.texts.items() if t}
    for number in shown.keys() - kept.keys():
        findings.lost.append(f"{run.run_id}: message {number} is on the screen and not in the history")
    for number in kept.keys() - shown.keys():
        findings.order.append(f"{run.run_id}: message {number} is in the history and not on the screen")
    for number in kept.keys() & shown.keys():
        if kept[number].strip() != shown[number].strip():
            findings.order.append(f"{run.run_id}: message {number} reads {shown[number][:80]!r} on the screen and "
                                  f"{kept[number][:80]!r} in the history")
    for call in set(screen.answered) ^ set(answered):
        findings.lost.append(f"{run.run_id}: the result of {call} is in only one of screen and history")


def is_place(number):
    return number.isdigit()


def check_transcript(transcript, runs, findings):
    """What one client saw is what the store has, in order, from its first event to its last, once."""
    who = f"{transcript['client']} ({transcript['how']}) on {transcript['run']}"
    all_seen = [(number, event) for leg in transcript["legs"] for number, event in leg["events"]]
    seen = [(int(number), event) for number, event in all_seen if is_place(number)]
    run = runs.get(transcript["run"])
    if not seen:
        if transcript["verdict"] == "gave up" and run is not None:
            findings.lost.append(f"{who}: never saw anything of it")
        return
    if run is None:
        findings.lost.append(f"{who}: was accepted and is not in the store")
        return
    check_seen(who, seen, run, findings)
    if transcript["verdict"] != "ended":
        findings.lost.append(f"{who}: saw {len(seen)} events and no end: {[leg['end'] for leg in transcript['legs']]}")
        return
    missing = sorted(run.events.keys() - {place for place, _ in seen})
    if missing:
        findings.lost.append(f"{who}: {len(missing)} events never came: {missing[:5]}")
    check_shown(who, transcript, run, findings)
    if any(event["type"] in ENDS for number, event in all_seen[:-1] if is_place(number)):
        findings.twice.append(f"{who}: more came after the end")


def check_seen(who, seen, run, findings):
    last = 0
    for place, event in seen:
        if place == last:
            findings.twice.append(f"{who}: {place} came twice")
        elif place < last:
            findings.order.append(f"{who}: {place} came after {last}")
        last = place
        if place not in run.events:
            findings.lost.append(f"{who}: saw {event['type']} at {place}, which a replay does not have")
        elif run.events[place] != event:
            findings.order.append(f"{who}: at {place} saw {event['type']}, a replay has {run.events[place]['type']}")
    check_order(seen, who, findings)


def check_shown(who, transcript, run, findings):
    """What an official client says it shows is the answer, once."""
    if "shown" not in transcript or run.events[max(run.events)]["type"] == "RUN_ERROR":
        return
    kept = squeezed(m["content"] for m in run.messages if m["role"] == "assistant" and m.get("content"))
    shown = squeezed(transcript["shown"])
    if len(shown) > len(kept):
        findings.twice.append(f"{who}: shows {len(shown) - len(kept)} characters more than the answer has")
    elif shown != kept:
        findings.lost.append(f"{who}: shows {shown[:60]!r} and not {kept[:60]!r}")


def squeezed(texts):
    """All texts as one, without blanks: the client cuts a text where a card came in between."""
    return "".join("".join(texts).split())


def check_history(said, runs, findings):
    """What a gateway says of a thread is what the store has of it."""
    kept = [m["id"] for run in runs.values() if run.thread == said["history"] for m in run.messages]
    got = [m["id"] for m in said["messages"]]
    if got != kept:
        findings.lost.append(f"thread {said['history']}: GET gives {len(got)} messages, the store has {len(kept)}")


def judge(store, transcripts):
    """Returns (Findings, how many runs were accepted)."""
    runs = read_store(store)
    findings = Findings()
    for run in runs.values():
        check_events(run, findings)
        check_answer(run, findings)
    for transcript in transcripts:
        if "history" in transcript:
            check_history(transcript, runs, findings)
        else:
            check_transcript(transcript, runs, findings)
    return findings, len(runs)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def p99_ms(transcripts):
    """Of the questions that were answered: milliseconds from the first frame to the end."""
    took = [1000 * (t["ended"] - t["began"]) for t in transcripts if t.get("how") == "ask" and t["verdict"] == "ended"]
    return round(percentile(took, 0.99) or 0)
