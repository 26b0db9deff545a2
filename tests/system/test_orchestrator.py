"""The orchestrator alone, as a real process: the test is its gateway, its workers and its model."""
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import time
import uuid

import pytest

from bus_peers import Gateway, Model, Peer

TOP = pathlib.Path(__file__).resolve().parents[2]
BINARY = TOP / "build" / os.environ.get("VARIANT", "release") / "orchestrator" / "orchestrator"

TEXT = """Here is what I would wear.

- A white linen shirt, worn open at the neck.
- Sand chinos, rolled once.

Have a good time!"""

PARAGRAPHS = ["Here is what I would wear.", "- A white linen shirt, worn open at the neck.", "- Sand chinos, rolled once.",
              "Have a good time!"]


def go_on(request):
    """A model that writes the rest, when it is told what it has written."""
    if not request["messages"][-1]["content"].startswith("CONTINUE"):
        return "\n\n".join(PARAGRAPHS)
    written = request["messages"][-2]["content"].split("\n\n")
    return "\n\n".join(PARAGRAPHS[len(written):])


FACETS = {"currency": "USD", "language": "en", "count": 3, "categories": []}


def product(number, slot="top", price=4900, colour="white"):
    return {"id": f"P-{number}", "variant_id": f"P-{number}-M", "title": f"Thing {number}", "category": "shirts",
            "colour": colour, "price": {"amount": price, "currency": "USD"}}


def found(peer, message, products, named=True, **more):
    slot = message["slot"] or "top"
    result = {"slot": slot, "outcome": "found" if products else "none_match", "products": products, "named": named,
              "version": "v1", **more}
    passing = {p["id"]: p for p in products if p["id"] in (message.get("shown") or [])}
    peer.answer(message, "FOUND", result=result, traits=[{"colour_family": "neutral", "formality": 0.4}] * len(products),
                version="v1", passing=passing)


def wardrobe(peer, message):
    if message["kind"] == "LOOKUP":
        base = {"top": 10, "bottom": 20}.get(message["slot"], 30)
        found(peer, message, [product(base + i) for i in range(8)])


def psychologist(peer, message):
    if message["kind"] == "ASSESS":
        peer.answer(message, "ASSESSED", profile={"topic": "fashion", "occasion": "beach", "language": "en"},
                    patch=[{"op": "add", "path": "/occasion",
                            "value": {"field": "occasion", "slot": "all", "any": ["beach"], "label": "beach"}}],
                    usage=[{"role": "psychologist", "model": "understudy-1", "inputTokens": 10, "outputTokens": 5,
                            "totalTokens": 15, "cost": 0.001}])


def wish(slot, description):
    return {"slot": slot, "category": None, "colour": None, "material": None, "style": None, "gender": None,
            "description": description, "max_price": None}


def extractor(peer, message):
    if message["kind"] == "EXTRACT":
        calls = [{"id": "c", "wish": wish(slot, word)} for word, slot in (("shirt", "top"), ("chinos", "bottom"))
                 if word in message["paragraph"]]
        peer.answer(message, "EXTRACTED", calls=calls, usage=[])


class Stage:
    """An orchestrator with everybody around it."""

    def __init__(self, **options):
        self.state = tempfile.mkdtemp(prefix="ens-o-", dir="/tmp")
        instructions = pathlib.Path(self.state) / "instructions" / "orchestrator"
        instructions.mkdir(parents=True)
        (instructions / "instructions.md").write_text("You are a stylist.\n")
        self.model = Model(TEXT)
        self.options = options
        self.log = pathlib.Path(self.state) / "log"
        self.peers = []
        self.start()
        self.gateway = self.add(Gateway(self.state))

    def start(self):
        options = {"beat-ms": 200, "drain-ms": 3000, **self.options}
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with open(self.log, "ab") as log:
            at = log.tell()
            self.process = subprocess.Popen(
                [str(BINARY), "--state-dir", self.state, "--model-url", self.model.url, "--model-dialect", "chat",
                 "--model-profile", "generic", "--instructions", self.state + "/instructions", *flags],
                cwd=TOP, stdout=log, stderr=log, env={**os.environ, "MODEL_KEY": "k"},
                restore_signals=False)  # SIGXFSZ stays ignored: a full disk is simulated with a limit
        self.wait_log(r"\bready\b", at)

    def wait_log(self, pattern, at=0, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if re.search(pattern, self.log.read_text()[at:]):
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.005)
        raise AssertionError(f"never said {pattern}:\n{self.log.read_text()}")

    def add(self, peer):
        self.peers.append(peer)
        return peer

    def workers(self):
        self.wardrobe = self.add(Peer(self.state, "wardrobe", wardrobe))
        self.wardrobe.say("FACETS", version="v1", facets=FACETS)
        self.psychologist = self.add(Peer(self.state, "psychologist", psychologist))
        self.extractor = self.add(Peer(self.state, "extractor", extractor))
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        for peer in self.peers:
            peer.welcome.clear()

    def rejoined(self):
        for peer in self.peers:
            assert peer.welcome.wait(10), f"{peer.role} was not greeted again"

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(20)
        for peer in self.peers:
            peer.close()
        self.model.close()
        text = self.log.read_text()
        assert "Sanitizer" not in text and "runtime error" not in text, text
        return code


@pytest.fixture
def stage(request):
    stage = Stage(**getattr(request, "param", {}))
    yield stage
    code = stage.close()
    if code not in (0, -9):
        print(stage.log.read_text())
    assert code in (0, -9)


def types(events):
    return [e["event"]["type"] for e in events]


def check_order(events):
    """What AG-UI's own client enforces."""
    last, open_ids, over = 0, {}, False
    pairs = {"TEXT_MESSAGE_START": ("messageId", "TEXT_MESSAGE_END"), "TOOL_CALL_START": ("toolCallId", "TOOL_CALL_END"),
             "SUBAGENT_STARTED": ("subagentRunId", "SUBAGENT_FINISHED")}
    ends = {end: (name, start) for start, (name, end) in pairs.items()}
    ends["SUBAGENT_ERROR"] = ("subagentRunId", "SUBAGENT_STARTED")
    assert events[0]["event"]["type"] == "RUN_STARTED"
    for message in events:
        event = message["event"]
        assert not over and message["offset"] > last
        last = message["offset"]
        kind = event["type"]
        assert None not in event.values(), event
        if kind in pairs:
            key = (kind, event[pairs[kind][0]])
            assert key not in open_ids
            open_ids[key] = True
        if kind in ends:
            del open_ids[(ends[kind][1], event[ends[kind][0]])]
        if kind == "TEXT_MESSAGE_CONTENT":
            assert ("TEXT_MESSAGE_START", event["messageId"]) in open_ids
            assert event["delta"]
        if kind == "RUN_FINISHED":
            assert not open_ids, open_ids
        over = kind in ("RUN_FINISHED", "RUN_ERROR")
        assert bool(message["last"]) == over
    assert over


def text_of(events):
    words = {}
    for message in events:
        event = message["event"]
        if event["type"] == "TEXT_MESSAGE_CONTENT":
            words[event["messageId"]] = words.get(event["messageId"], "") + event["delta"]
        if event["type"] == "MESSAGES_SNAPSHOT":
            words = {m["id"]: m["content"] for m in event["messages"] if m["role"] == "assistant" and m.get("content")}
    return list(words.values())


def results(events):
    return [json.loads(e["event"]["content"]) for e in events if e["event"]["type"] == "TOOL_CALL_RESULT"]


def custom(events, name):
    return [e["event"]["value"] for e in events if e["event"]["type"] == "CUSTOM" and e["event"]["name"] == name]


def test_a_question_is_answered_with_words_cards_and_a_look(stage):
    stage.workers()
    events = stage.gateway.whole(stage.gateway.query("a shirt for the beach"))
    check_order(events)
    assert text_of(events) == ["Here is what I would wear.", "- A white linen shirt, worn open at the neck.",
                               "- Sand chinos, rolled once.", "Have a good time!"]
    cards = results(events)
    assert len(cards) == 3 and cards[0]["early"] and all(len(c["products"]) == 6 for c in cards)
    assert all("named" not in c for c in cards)
    end = events[-1]["event"]
    assert end["type"] == "RUN_FINISHED" and end["outcome"] == {"type": "success"}
    assert set(end["result"]["look"]) == {"top", "bottom"}
    assert end["result"]["total"] == {"amount": 9800, "currency": "USD"}
    assert end["usage"] == [{"model": "understudy-1", "inputTokens": 110, "outputTokens": 25, "totalTokens": 135,
                             **{k: v for k, v in end["usage"][0].items() if k not in (
                                 "model", "inputTokens", "outputTokens", "totalTokens")}}]
    assert custom(events, "model") == [{"role": "psychologist", "model": "understudy-1", "understudy": True}]
    assert custom(events, "criteria")[0]["occasion"]["any"] == ["beach"]
    calls = [e["event"] for e in events if e["event"]["type"] == "TOOL_CALL_START"]
    starts = [e["event"]["messageId"] for e in events if e["event"]["type"] == "TEXT_MESSAGE_START"]
    assert "parentMessageId" not in calls[0]
    assert {c["parentMessageId"] for c in calls[1:]} == {starts[1], starts[2]}


def test_the_first_cards_come_before_the_words(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 0
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TOOL_CALL_RESULT", 2)
    stage.model.gate.set()
    check_order(stage.gateway.whole(stream))


def test_words_come_in_at_most_thirty_events_a_second(stage):
    stage.workers()
    stage.model.text, stage.model.pause = "word " * 300, 0.003
    begin = time.monotonic()
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    seconds = time.monotonic() - begin
    deltas = [e["event"]["delta"] for e in events if e["event"]["type"] == "TEXT_MESSAGE_CONTENT"]
    assert "".join(deltas).split() == ["word"] * 300
    assert 3 < len(deltas) <= 30 * seconds + 3  # and one more at the end of each paragraph


def test_the_prompt_is_labelled_and_knows_the_thread(stage):
    stage.workers()
    stage.gateway.whole(stage.gateway.query("a shirt"))
    stage.gateway.whole(stage.gateway.query("and now cheaper"))
    request = stage.model.requests[-1]
    assert [m["role"] for m in request["messages"][-3:]] == ["user", "assistant", "user"]
    assert request["messages"][-2]["content"].startswith("Here is what I would wear.\n\n- A white")
    lines = dict(line.split(": ", 1) for line in request["messages"][-1]["content"].splitlines())
    assert json.loads(lines["FACETS"])["currency"] == "USD" and lines["SHOPPER"] == "and now cheaper"
    assert [c["n"] for c in json.loads(lines["SHOWN"])][:2] == [1, 2] and "P-3" not in lines["SHOWN"]
    assert json.loads(lines["PROFILE"])["occasion"] == "beach"


def test_the_model_is_told_what_was_counted(stage):
    stage.workers()
    stage.wardrobe.script = lambda peer, message: message["kind"] == "LOOKUP" and found(peer, message, [product(77)], count=27)
    stage.gateway.whole(stage.gateway.query("how many dresses"))
    assert "\nCOUNT: 27\nSHOPPER: how many dresses" in stage.model.requests[-1]["messages"][-1]["content"]


def test_words_that_name_no_product_repeat_the_last_wishes(stage):
    stage.workers()
    stage.gateway.whole(stage.gateway.query("a shirt"))

    def unnamed(peer, message):
        if message["kind"] == "LOOKUP":
            found(peer, message, [product(77)], named=message["words"] != "cheaper")

    stage.wardrobe.script = unnamed
    events = stage.gateway.whole(stage.gateway.query("cheaper"))
    check_order(events)
    early = [m for m in stage.wardrobe.of("LOOKUP") if m["step"].startswith("early.") and m["step"] != "early.1"]
    assert [m["words"] for m in early] == ["shirt", "chinos"] and all(m["early"] for m in early)
    assert [c["slot"] for c in results(events) if c.get("early")] == ["top", "bottom"]
    assert all(m["criteria"]["occasion"]["any"] == ["beach"] for m in early)


def test_words_that_a_sentence_answers_repeat_nothing(stage):
    stage.workers()
    stage.gateway.whole(stage.gateway.query("a shirt"))

    def unnamed(peer, message):
        if message["kind"] == "LOOKUP":
            found(peer, message, [], named=False)

    def grateful(peer, message):
        if message["kind"] == "ASSESS":
            peer.answer(message, "ASSESSED", profile={"topic": "fashion", "want": "question"}, patch=[], usage=[])

    stage.wardrobe.script, stage.psychologist.script = unnamed, grateful
    events = stage.gateway.whole(stage.gateway.query("thanks"))
    check_order(events)
    assert [m["step"] for m in stage.wardrobe.of("LOOKUP") if m["step"].startswith("early.")] == ["early.1", "early.1"]


def test_the_same_run_id_is_the_same_run(stage):
    stage.workers()
    run = uuid.uuid4().hex
    first = stage.gateway.whole(stage.gateway.query("a shirt", run_id=run))
    again = stage.gateway.whole(stage.gateway.query("a shirt", run_id=run))
    assert [(e["offset"], e["event"]) for e in first] == [(e["offset"], e["event"]) for e in again]
    assert stage.gateway.whole(stage.gateway.query("a hat", run_id=run))[-1]["code"] == "run_id_reused"
    assert stage.gateway.whole(stage.gateway.query("a shirt", run_id=run, owner="another"))[-1]["last"]


def test_a_client_that_resumes_gets_every_later_event_once(stage):
    stage.workers()
    run = uuid.uuid4().hex
    whole = stage.gateway.whole(stage.gateway.query("a shirt", run_id=run))
    for offset in (-1, 0, 1, 7, len(whole) - 1):
        rest = stage.gateway.whole(stage.gateway.attach(run, offset))
        assert [e["offset"] for e in rest] == [e["offset"] for e in whole if e["offset"] > offset]
    assert [e["offset"] for e in stage.gateway.whole(stage.gateway.attach(run, 10000))] == [whole[-1]["offset"]]
    assert stage.gateway.whole(stage.gateway.attach("nothing"))[-1]["code"] == "unknown_run"


def test_a_second_tab_follows_a_run_under_way(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 5
    run = uuid.uuid4().hex
    stream = stage.gateway.query("a shirt", run_id=run)
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    other = stage.gateway.attach(run)
    thread = stage.gateway.attach(thread="t1")
    stage.gateway.until(other, "TEXT_MESSAGE_CONTENT")
    stage.model.gate.set()
    one = stage.gateway.whole(stream)
    assert one and [e["event"] for e in one] == [e["event"] for e in stage.gateway.whole(other)]
    assert [e["event"] for e in one] == [e["event"] for e in stage.gateway.whole(thread)]


def test_an_abort_stops_the_run_and_its_model(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 8
    run = uuid.uuid4().hex
    stream = stage.gateway.query("a shirt", run_id=run)
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    assert stage.gateway.ask("ABORT", owner="someone", run_id=run)["found"] == 1
    events = stage.gateway.whole(stream, 2)
    stage.model.gate.set()
    check_order(events)
    assert events[-1]["event"]["outcome"] == {"type": "cancelled"}
    messages = stage.gateway.ask("HISTORY", owner="someone", thread="t1")["messages"]["messages"]
    assert messages[-1]["role"] in ("assistant", "tool") and any(m.get("aborted") for m in messages)
    assert stage.gateway.ask("ABORT", owner="another", run_id=run)["found"] != 1


def test_an_abort_may_come_before_its_query(stage):
    stage.workers()
    run = uuid.uuid4().hex
    assert stage.gateway.ask("ABORT", owner="someone", run_id=run)["found"] != 1
    events = stage.gateway.whole(stage.gateway.query("a shirt", run_id=run))
    check_order(events)
    assert events[-1]["event"]["outcome"] == {"type": "cancelled"} and not stage.model.requests


def test_a_question_that_is_stopped_while_it_waits_changes_nothing(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 8
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    run = uuid.uuid4().hex
    waiting = stage.gateway.query("in black", run_id=run, patch=[{"op": "remove", "path": "/occasion"}])
    stage.gateway.until(waiting, "RUN_STARTED")
    assert stage.gateway.ask("ABORT", owner="someone", run_id=run)["found"] == 1
    events = stage.gateway.whole(waiting, 2)
    check_order(events)
    assert events[-1]["event"]["outcome"] == {"type": "cancelled"}
    stage.model.gate.set()
    check_order(stage.gateway.whole(stream))
    thread = stage.gateway.ask("HISTORY", owner="someone", thread="t1")["messages"]
    assert "occasion" in thread["criteria"] and [m["role"] for m in thread["messages"]].count("user") == 2


def test_a_thread_answers_one_question_after_another_and_refuses_the_fifth(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 0
    streams = [stage.gateway.query(f"question {i}") for i in range(5)]
    assert stage.gateway.whole(streams[4])[-1]["code"] == "busy"
    elsewhere = stage.gateway.query("a shirt", thread="t2")
    stage.gateway.until(elsewhere, "TOOL_CALL_RESULT")
    stage.model.gate.set()
    for stream in streams[:4]:
        check_order(stage.gateway.whole(stream))
    said = [m["content"] for m in stage.gateway.ask("HISTORY", owner="someone", thread="t1")["messages"]["messages"]
            if m["role"] == "user"]
    assert said == [f"question {i}" for i in range(4)]


def test_a_chip_that_is_removed_governs_the_next_question(stage):
    stage.workers()
    stage.gateway.whole(stage.gateway.query("a shirt"))
    bad = stage.gateway.query("again", patch=[{"op": "remove", "path": "/nothing"}])
    assert stage.gateway.whole(bad)[-1]["code"] == "bad_criteria"
    events = stage.gateway.whole(stage.gateway.query("again", patch=[{"op": "remove", "path": "/occasion"}]))
    snapshot = next(e["event"]["snapshot"] for e in events if e["event"]["type"] == "STATE_SNAPSHOT")
    assert snapshot["criteria"] == {}


def test_another_topic_is_answered_without_cards(stage):
    stage.workers()

    def other(peer, message):
        if message["kind"] == "ASSESS":
            peer.answer(message, "ASSESSED", profile={"topic": "other"}, patch=[], usage=[])

    stage.psychologist.script = other
    events = stage.gateway.whole(stage.gateway.query("what is the capital of France?"))
    check_order(events)
    shown = [p["id"] for c in results(events) for p in c["products"]]
    assert set(shown) == {i for w in custom(events, "withdrawn") for i in w["productIds"]}
    assert events[-1]["event"]["result"]["topic"] == "other" and not stage.extractor.of("EXTRACT")


def test_a_late_criterion_withdraws_what_breaks_it_and_shows_what_keeps_it(stage):
    stage.workers()
    held = []

    def late(peer, message):
        if message["kind"] == "ASSESS":
            held.append(message)

    def strict(peer, message):
        if message["kind"] == "LOOKUP":
            numbers = (2, 3, 4) if "size.letters" in message["criteria"] else (1, 2)
            found(peer, message, [product(n) for n in numbers])

    stage.psychologist.script, stage.wardrobe.script = late, strict
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_START")
    time.sleep(0.3)
    size = {"field": "size", "slot": "all", "class": "letters", "any": ["M"], "label": "size M"}
    stage.psychologist.answer(held[0], "ASSESSED", profile={"topic": "fashion"}, usage=[],
                              patch=[{"op": "add", "path": "/size.letters", "value": size}])
    events = stage.gateway.whole(stream)
    check_order(events)
    assert custom(events, "withdrawn")[0] == {"productIds": ["P-1"], "reason": "criteria"}
    assert ["P-3", "P-4"] in [[p["id"] for p in c["products"]] for c in results(events)]
    assert not any({"P-2"} & {p["id"] for p in c["products"]} for c in results(events)[1:]
                   if {"P-3"} & {p["id"] for p in c["products"]}), "what stays as it is comes once"
    assert "P-1" not in json.dumps(events[-1]["event"]["result"])


def test_two_shelves_that_lose_the_same_card_are_both_filled_again(stage):
    stage.workers()
    held = []

    def late(peer, message):
        if message["kind"] == "ASSESS":
            held.append(message)

    def strict(peer, message):
        if message["kind"] == "LOOKUP":
            found(peer, message, [product(2 if "size.letters" in message["criteria"] else 1)])

    stage.psychologist.script, stage.wardrobe.script = late, strict
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_END")
    time.sleep(0.5)
    shelves = len(results(stage.gateway.events(stream)))
    assert shelves >= 2
    size = {"field": "size", "slot": "all", "class": "letters", "any": ["M"], "label": "size M"}
    stage.psychologist.answer(held[0], "ASSESSED", profile={"topic": "fashion"}, usage=[],
                              patch=[{"op": "add", "path": "/size.letters", "value": size}])
    events = stage.gateway.whole(stream)
    shown = [[p["id"] for p in c["products"]] for c in results(events)]
    assert shown.count(["P-1"]) == shown.count(["P-2"]) == shelves


def test_a_card_that_a_late_criterion_wants_in_another_colour_is_shown_again(stage):
    stage.workers()
    held = []

    def late(peer, message):
        if message["kind"] == "ASSESS":
            held.append(message)

    def coloured(peer, message):
        if message["kind"] == "LOOKUP":
            navy = {**product(1), "colour": "navy", "variant_id": "P-1-NAVY"}
            pink = {**product(1), "colour": "pink", "variant_id": "P-1-PINK"}
            card = navy if "not.colour" in message["criteria"] else pink
            found(peer, message, [card])

    stage.psychologist.script, stage.wardrobe.script = late, coloured
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_START")
    time.sleep(0.3)
    pinkless = {"field": "colour", "slot": "all", "none": ["pink"], "label": "not in pink"}
    stage.psychologist.answer(held[0], "ASSESSED", profile={"topic": "fashion"}, usage=[],
                              patch=[{"op": "add", "path": "/not.colour", "value": pinkless}])
    events = stage.gateway.whole(stream)
    check_order(events)
    assert not custom(events, "withdrawn")
    early = [c["products"] for c in results(events) if c.get("early")]
    assert [[p["colour"] for p in products] for products in early] == [["pink"], ["navy"]]


def test_what_the_wardrobe_chooses_is_told_and_stands_in_the_look(stage):
    stage.workers()
    stage.wardrobe.say("FACETS", version="v1", facets={**FACETS, "chooses": True})

    def choosing(peer, message):
        wardrobe(peer, message)
        if message["kind"] == "CHOOSE":
            assert "P-" not in json.dumps(message), "ids pass through the model"
            peer.answer(message, "CHOSEN", order=[3, 99, 3, 1], why={"3": "It drapes."}, usage=[])

    stage.wardrobe.script = choosing
    time.sleep(0.1)
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    chosen = custom(events, "chosen")
    assert sorted(c["order"] for c in chosen) == [["P-12", "P-10"], ["P-22", "P-20"]]
    assert all(c["why"] == "It drapes." for c in chosen)
    look = events[-1]["event"]["result"]["look"]
    assert (look["top"]["productId"], look["bottom"]["productId"]) == ("P-12", "P-22")
    assert len(stage.wardrobe.of("CHOOSE")[0]["lines"]) == 8 and stage.wardrobe.of("CHOOSE")[0]["wanted"] == "shirt"


def test_a_model_that_is_away_is_an_error_with_a_code(stage):
    stage.workers()
    stage.model.status, stage.model.code = 401, "invalid_api_key"
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    assert events[-1]["event"]["type"] == "RUN_ERROR" and events[-1]["event"]["code"] == "model_key"


def test_a_suggestion_that_is_cut_goes_on_after_its_last_whole_paragraph(stage):
    stage.workers()
    cuts = iter([8, 9, None])
    stage.model.text, stage.model.before = go_on, lambda: setattr(stage.model, "cut_after", next(cuts))
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert text_of(events) == PARAGRAPHS and len(results(events)) == 3
    assert events[-1]["event"]["result"]["degraded"] == [] and len(stage.model.requests) == 3
    assert types(events).count("MESSAGES_SNAPSHOT") == 2


def test_a_suggestion_that_is_cut_in_its_first_words_begins_anew(stage):
    stage.workers()
    cuts = iter([2, None])
    stage.model.text, stage.model.before = go_on, lambda: setattr(stage.model, "cut_after", next(cuts))
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert text_of(events) == PARAGRAPHS and events[-1]["event"]["result"]["degraded"] == []


def test_a_suggestion_that_is_cut_again_and_again_keeps_its_paragraphs(stage):
    stage.workers()
    stage.model.cut_after = 8
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert events[-1]["event"]["type"] == "RUN_FINISHED"
    assert {"what": "suggestion", "reason": "failed"} in events[-1]["event"]["result"]["degraded"]


@pytest.mark.parametrize("stage", [{"lookup-ms": 400, "assess-ms": 300, "extract-ms": 400}], indirect=True)
def test_without_assistants_the_run_ends_degraded(stage):
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert events[-1]["event"]["type"] == "RUN_FINISHED" and len(text_of(events)) == 4
    assert {d["what"] for d in events[-1]["event"]["result"]["degraded"]} == {"lookup", "assessment", "extraction"}


def test_what_a_lost_worker_was_asked_goes_to_another(stage):
    stage.workers()
    stage.extractor.script = None
    stream = stage.gateway.query("a shirt")
    deadline = time.monotonic() + 5
    while not stage.extractor.of("EXTRACT") and time.monotonic() < deadline:
        time.sleep(0.005)
    other = stage.add(Peer(stage.state, "extractor", extractor))
    stage.extractor.close()
    events = stage.gateway.whole(stream)
    check_order(events)
    assert len(results(events)) == 3 and any(m["attempt"] == 2 for m in other.of("EXTRACT"))


def test_a_refused_request_is_asked_again_and_given_up_after_three(stage):
    stage.workers()

    def refuse(peer, message):
        if message["kind"] == "EXTRACT":
            peer.answer(message, "REFUSED", code="busy", message="no", retry=1)

    stage.extractor.script = refuse
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert [m["attempt"] for m in stage.extractor.of("EXTRACT") if m["step"] == "extract.2"] == [1, 2, 3]
    assert custom(events, "degraded") == [{"what": "extraction", "reason": "failed"}]


def test_a_frozen_worker_is_a_lost_worker_and_is_used_again_when_it_thaws(stage):
    stage.workers()
    stage.extractor.script = None
    other = None
    stream = stage.gateway.query("a shirt")
    deadline = time.monotonic() + 5
    while not stage.extractor.of("EXTRACT") and time.monotonic() < deadline:
        time.sleep(0.005)
    stage.extractor.frozen.set()
    other = stage.add(Peer(stage.state, "extractor", extractor))
    events = stage.gateway.whole(stream)
    check_order(events)
    assert len(results(events)) == 3
    first = list(stage.extractor.of("EXTRACT"))
    for message in first:  # what it says when it thaws
        stage.extractor.answer(message, "EXTRACTED", calls=[{"id": "x", "wish": wish("hat", "late")}], usage=[])
    stage.extractor.welcome.clear()
    stage.extractor.frozen.clear()
    assert stage.extractor.welcome.wait(10)
    other.close()
    stage.wait_log("gone: extractor " + other.name)
    stage.extractor.script = extractor
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    assert len(results(events)) == 3 and "late" not in json.dumps([e["event"] for e in events])


def test_frozen_itself_it_gives_nothing_up_when_it_thaws(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 12
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_END")
    stage.process.send_signal(signal.SIGSTOP)
    stage.model.gate.set()
    time.sleep(4)
    stage.process.send_signal(signal.SIGCONT)
    events = stage.gateway.whole(stream)
    check_order(events)
    assert events[-1]["event"]["result"]["degraded"] == [] and len(results(events)) == 3


def test_a_slow_wardrobe_is_not_waited_for(stage):
    stage.workers()
    stage.wardrobe.script = None  # it lives, and answers nothing
    fast = stage.add(Peer(stage.state, "wardrobe", wardrobe, capacity=1))
    begin = time.monotonic()
    events = stage.gateway.whole(stage.gateway.query("a shirt"))
    check_order(events)
    assert len([r for r in results(events) if r["outcome"] == "found"]) == 3
    assert fast.of("LOOKUP") and time.monotonic() - begin < 6
    assert any(c["step"] for c in stage.wardrobe.of("CANCEL"))


def test_a_full_disk_refuses_new_questions_and_says_so(stage):
    stage.workers()
    stage.gateway.whole(stage.gateway.query("a shirt"))
    size = max(p.stat().st_size for p in pathlib.Path(stage.state).glob("store.sqlite*"))
    resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    stage.options = {}
    events = []
    for i in range(20):
        events = stage.gateway.whole(stage.gateway.query("x" * 3000, thread=f"full-{i}"))
        if events[-1]["kind"] == "REJECTED":
            break
    assert events[-1]["code"] == "store"
    stage.wait_log("error .*store")
    resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert stage.process.poll() is None
    check_order(stage.gateway.whole(stage.gateway.query("a shirt", thread="again")))


def test_a_run_that_can_not_be_stored_any_more_is_taken_up_when_it_can(stage):
    stage.workers()
    stage.model.text = go_on
    stage.model.gate.clear()
    stage.model.gate_at = 8
    run = uuid.uuid4().hex
    stream = stage.gateway.query("a shirt", run_id=run)
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    time.sleep(0.1)
    size = max(p.stat().st_size for p in pathlib.Path(stage.state).glob("store.sqlite*"))
    resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for peer in stage.peers:
        peer.welcome.clear()
    stage.model.gate.set()
    assert stage.process.wait(10) == 1
    assert "can't be stored; stopping, they are taken up at the next start" in stage.log.read_text()
    before = stage.gateway.events(stream)
    stage.start()
    stage.rejoined()
    events = before + stage.gateway.whole(stage.gateway.attach(run, before[-1]["offset"]))
    check_order(events)
    assert text_of(events) == PARAGRAPHS and events[-1]["event"]["type"] == "RUN_FINISHED"


def test_a_forgotten_thread_is_gone(stage):
    stage.workers()
    run = uuid.uuid4().hex
    stage.gateway.whole(stage.gateway.query("a shirt", run_id=run))
    assert stage.gateway.ask("FORGET", owner="another", thread="t1")["found"] != 1
    assert stage.gateway.ask("FORGET", owner="someone", thread="t1")["found"] == 1
    assert stage.gateway.ask("HISTORY", owner="someone", thread="t1")["found"] != 1
    assert stage.gateway.whole(stage.gateway.attach(run))[-1]["code"] == "unknown_run"


def test_a_thread_is_forgotten_while_it_is_answered(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 8
    stream = stage.gateway.query("a shirt")
    waiting = stage.gateway.query("another")
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    assert stage.gateway.ask("FORGET", owner="someone", thread="t1")["found"] == 1
    for one in (stream, waiting):
        assert stage.gateway.whole(one)[-1]["event"]["outcome"] == {"type": "cancelled"}
    stage.model.gate.set()


def test_told_to_stop_it_finishes_what_it_has_and_takes_no_more(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 8
    stream = stage.gateway.query("a shirt")
    stage.gateway.until(stream, "TEXT_MESSAGE_CONTENT")
    stage.process.send_signal(signal.SIGTERM)
    stage.wait_log("draining")
    assert stage.gateway.whole(stage.gateway.query("more"))[-1]["code"] == "draining"
    stage.model.gate.set()
    check_order(stage.gateway.whole(stream))
    assert stage.process.wait(5) == 0


def test_killed_in_mid_sentence_it_goes_on_from_the_last_finished_step(stage):
    stage.workers()
    stage.model.gate.clear()
    stage.model.gate_at = 14
    run = uuid.uuid4().hex
    stream = stage.gateway.query("a shirt", run_id=run)
    deadline = time.monotonic() + 5
    while len(results(stage.gateway.events(stream))) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    before = stage.gateway.events(stream)
    stage.kill()
    stage.model.gate.set()
    assessed = len(stage.psychologist.of("ASSESS"))
    stage.model.text = lambda request: ("- Sand chinos, rolled once.\n\nHave a good time!"
                                        if request["messages"][-1]["content"].startswith("CONTINUE") else TEXT)
    stage.start()
    stage.rejoined()
    last = before[-1]["offset"]
    after = stage.gateway.whole(stage.gateway.attach(run, last))
    assert min(e["offset"] for e in after) > last + 900
    events = [e for e in before if e["offset"] <= last] + after
    check_order(events)
    assert text_of(events) == ["Here is what I would wear.", "- A white linen shirt, worn open at the neck.",
                               "- Sand chinos, rolled once.", "Have a good time!"]
    assert len(stage.psychologist.of("ASSESS")) == assessed, "what was finished was paid for twice"
    assert [m["paragraph"] for m in stage.extractor.of("EXTRACT")].count("- A white linen shirt, worn open at the neck.") == 1
    assert set(after[-1]["event"]["result"]["look"]) == {"top", "bottom"}
    content = [m["content"] for m in stage.gateway.ask("HISTORY", owner="someone", thread="t1")["messages"]["messages"]
               if m["role"] == "assistant" and "content" in m]
    assert content == text_of(events)


def test_killed_after_any_event_every_run_ends_once_and_whole(stage):
    """The promises of design.md section 5, with a kill -9 after the first, second, ... event that a client saw."""
    stage.workers()
    stage.model.text, stage.model.pause = go_on, 0.004
    whole = len(stage.gateway.whole(stage.gateway.query("a shirt", thread="whole")))
    for count in [*range(1, whole + 6, 4), whole + 20]:
        run, thread = uuid.uuid4().hex, f"killed-{count}"
        stream = stage.gateway.query("a shirt", run_id=run, thread=thread)
        waiting = stage.gateway.query("and shoes", thread=thread)
        deadline = time.monotonic() + 3
        while len(stage.gateway.events(stream)) < count and time.monotonic() < deadline:
            time.sleep(0.0005)
        if not stage.gateway.events(waiting):
            stage.gateway.until(waiting, "RUN_STARTED")
        stage.kill()
        time.sleep(0.02)
        before = stage.gateway.events(stream)
        stage.start()
        stage.rejoined()
        after = []
        if not before[-1]["last"]:
            after = stage.gateway.whole(stage.gateway.attach(run, before[-1]["offset"]))
        events = before + after
        check_order(events)
        assert events[-1]["event"]["type"] == "RUN_FINISHED", (count, events[-1])
        assert text_of(events) == PARAGRAPHS, count
        assert set(events[-1]["event"]["result"]["look"]) == {"top", "bottom"}, count
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            messages = stage.gateway.ask("HISTORY", owner="someone", thread=thread)["messages"]["messages"]
            if sum(m.get("content") == PARAGRAPHS[3] for m in messages) == 2:
                break
            time.sleep(0.02)
        order = [m["content"] for m in messages if m["role"] == "user" or m.get("content") in PARAGRAPHS]
        assert order == ["a shirt", *PARAGRAPHS, "and shoes", *PARAGRAPHS], count
        again = stage.gateway.whole(stage.gateway.attach(run))
        check_order(again)
        assert [e["offset"] for e in again] == [e["offset"] for e in events]


def test_stopped_and_started_again_it_goes_on(stage):
    """SIGTERM with a drain that is too short: what is not finished is taken up."""
    stage.workers()
    stage.model.text = go_on
    stage.model.gate.clear()
    stage.model.gate_at = 12
    run = uuid.uuid4().hex
    stream = stage.gateway.query("a shirt", run_id=run)
    stage.gateway.until(stream, "TEXT_MESSAGE_END")
    stage.process.send_signal(signal.SIGTERM)
    stage.process.send_signal(signal.SIGTERM)
    assert stage.process.wait(5) == 0
    before = stage.gateway.events(stream)
    for peer in stage.peers:
        peer.welcome.clear()
    stage.model.gate.set()
    stage.start()
    stage.rejoined()
    events = before + stage.gateway.whole(stage.gateway.attach(run, before[-1]["offset"]))
    check_order(events)
    assert text_of(events) == PARAGRAPHS
