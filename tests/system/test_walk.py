"""A question's walk through all daemons, over the public wires."""
import json
import signal
import uuid

import pytest
import requests

from client import Client, agui, resume, sse

BEACH = "I need something for a beach wedding in July, under 200 dollars, I'm an M"


def check_products(products):
    assert products
    for p in products:
        assert {"id", "title", "price"} <= set(p) and len(json.dumps(p)) < 1024
        assert isinstance(p["price"]["amount"], int) and p["price"]["currency"] == "USD"
        assert all(value is not None for value in p.values())


def of(events, kind):
    return [e for e in events if e["type"] == kind]


def test_a_beach_wedding(whole):
    with Client(whole.url, timeout=30) as client:
        events = client.ask(BEACH)
    assert events[0]["type"] == "RUN_STARTED" and events[-1]["type"] == "RUN_FINISHED", events[-1]
    check_products(client.products())
    assert len(client.words()) > 100
    names = {e["name"] for e in of(events, "SUBAGENT_STARTED")}
    assert names == {"psychologist", "extractor", "wardrobe"}
    paragraphs = {e["messageId"] for e in of(events, "TEXT_MESSAGE_START")}
    calls = of(events, "TOOL_CALL_START")
    assert all(c["toolCallName"] == "find_product" for c in calls)
    named = [c for c in calls if c.get("parentMessageId")]
    assert len(named) >= 3 and {c["parentMessageId"] for c in named} <= paragraphs
    results = {e["toolCallId"] for e in of(events, "TOOL_CALL_RESULT")}
    assert {c["toolCallId"] for c in calls} == results
    for result in client.results():
        assert len(result.get("products", [])) <= 6


def test_the_criteria_are_understood_and_kept(whole):
    with Client(whole.url, timeout=30) as client:
        events = client.ask(BEACH)
    criteria = [e["value"] for e in of(events, "CUSTOM") if e["name"] == "criteria"][-1]
    fields = {c["field"] for c in criteria.values()}
    assert {"price", "size"} <= fields, criteria
    result = events[-1]["result"]
    assert result["total"]["amount"] <= 20000 and result["look"], result
    shown = {p["id"] for p in client.products()}
    assert {piece["productId"] for piece in result["look"].values()} <= shown  # the identity gate
    for piece in result["look"].values():
        assert piece["price"]["amount"] <= 20000


def test_products_come_before_prose(whole):
    """While the model says nothing at all."""
    whole.one["understudy"].signal(signal.SIGSTOP)
    try:
        with Client(whole.url, timeout=30) as client:
            client.begin(BEACH)
            while client.event()[1]["type"] != "TOOL_CALL_RESULT":
                pass
            assert not of(client.events, "TEXT_MESSAGE_START")
            check_products(client.products())
            whole.one["understudy"].signal(signal.SIGCONT)
            assert client.to_end()[-1]["type"] == "RUN_FINISHED" and client.words()
    finally:
        whole.one["understudy"].signal(signal.SIGCONT)


def test_every_product_keeps_the_hard_criteria(whole):
    with Client(whole.url, timeout=30) as client:
        client.ask("a black dress under 150 dollars for a dinner, no wool")
    for result in client.results():
        if result.get("early"):
            continue
        for p in result.get("products", []):
            assert p["price"]["amount"] <= 15000, p
            assert "wool" not in p.get("material", ""), p


def test_a_second_question_is_understood_from_the_first(whole):
    thread = "thread-" + uuid.uuid4().hex
    with Client(whole.url, timeout=30) as client:
        client.ask(BEACH, thread=thread)
        events = client.ask("cheaper please, and in white", thread=thread)
        assert events[-1]["type"] == "RUN_FINISHED"
        check_products(client.products())
    criteria = [e["value"] for e in of(events, "CUSTOM") if e["name"] == "criteria"][-1]
    assert any(c["field"] == "size" for c in criteria.values()), criteria
    history = requests.get(f"{whole.http}/threads/{thread}").json()
    assert [m["content"] for m in history["messages"] if m["role"] == "user"] == [BEACH, "cheaper please, and in white"]
    assert history["messages"][0]["role"] == "user" and history["messages"][-1]["role"] == "assistant"
    assert requests.delete(f"{whole.http}/threads/{thread}").json() == {"forgotten": True}
    assert requests.get(f"{whole.http}/threads/{thread}").status_code == 404


def test_a_chip_is_removed_with_a_json_patch(whole):
    thread = "thread-" + uuid.uuid4().hex
    with Client(whole.url, timeout=30) as client:
        first = client.ask(BEACH, thread=thread)
        criteria = [e["value"] for e in of(first, "CUSTOM") if e["name"] == "criteria"][-1]
        size = next(key for key, c in criteria.items() if c["field"] == "size")
        events = client.ask("and now?", thread=thread, criteria=[{"op": "remove", "path": "/" + size}])
    after = [e["value"] for e in of(events, "CUSTOM") if e["name"] == "criteria"]
    snapshot = of(events, "STATE_SNAPSHOT")[0]["snapshot"]["criteria"]
    assert size not in (after[-1] if after else snapshot)


def test_the_run_is_read_again_from_any_offset(whole):
    run_id = "run-" + uuid.uuid4().hex
    with Client(whole.url, timeout=30) as client:
        events = client.ask(BEACH, run_id=run_id)
        ids = client.ids
    for place in (-1, 0, len(events) // 2, len(events) - 2):
        offset = -1 if place < 0 else ids[place]
        again, code = resume(whole.url, run_id, offset)
        assert code == 1000 and again.events == events[place + 1:] and again.ids == ids[place + 1:]
    assert resume(whole.url, "run-of-nobody", 5)[1] == 1008


def test_the_same_run_id_is_the_same_run(whole):
    run_id = "run-" + uuid.uuid4().hex
    with Client(whole.url, timeout=30) as client:
        events = client.ask(BEACH, thread="t-" + run_id, run_id=run_id)
        assert client.ask(BEACH, thread="t-" + run_id, run_id=run_id) == events
        assert client.ask("something else", thread="t-" + run_id, run_id=run_id)[-1]["code"] == "run_id_reused"


def test_over_agui(whole):
    events = [e for _, e in sse(agui(whole.http, BEACH))]
    assert events[0]["type"] == "RUN_STARTED" and events[-1]["type"] == "RUN_FINISHED"
    assert any(e["type"] == "TOOL_CALL_RESULT" for e in events)


def test_over_the_ai_sdks_stream(whole):
    body = {"id": "chat-" + uuid.uuid4().hex, "trigger": "submit-message",
            "messages": [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": BEACH}]}]}
    parts = [p for _, p in sse(requests.post(whole.http + "/api/chat", json=body, stream=True, timeout=60))]
    kinds = [p if p == "[DONE]" else p["type"] for p in parts]
    assert kinds[0] == "start" and kinds[-2:] == ["finish", "[DONE]"] and "tool-output-available" in kinds
    assert requests.get(f"{whole.http}/api/chat/{body['id']}/stream").status_code == 204


def test_several_shoppers_at_once(whole):
    clients = [Client(whole.url, timeout=60) for _ in range(8)]
    for n, client in enumerate(clients):
        client.begin(BEACH if n % 2 else "black boots for winter")
    for client in clients:
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        client.close()


@pytest.mark.parametrize("words", ["Hello", "What is the capital of France?", "👗", "x" * 4000, "something blue"])
def test_any_words_end_in_run_finished(whole, words):
    with Client(whole.url, timeout=30) as client:
        assert client.ask(words)[-1]["type"] == "RUN_FINISHED"


# -- with a model that takes its time -------------------------------------------------------------------


def read_until(client, kind):
    while True:
        _, event = client.event()
        if event["type"] == kind:
            return event


def test_a_run_is_stopped_in_mid_sentence(paced):
    with Client(paced.url, timeout=30) as client:
        run_id = client.begin(BEACH)
        read_until(client, "TEXT_MESSAGE_CONTENT")
        client.abort(run_id)
        assert client.to_end()[-1]["outcome"] == {"type": "cancelled"}
        assert client.ask("a hat")[-1]["type"] == "RUN_FINISHED"


def test_a_run_is_stopped_by_post_while_it_is_resumed(paced):
    with Client(paced.url, timeout=30) as client:
        run_id = client.begin(BEACH)
        read_until(client, "TEXT_MESSAGE_CONTENT")
    with Client(paced.url, run_id=run_id, offset=-1, timeout=30) as again:
        read_until(again, "TEXT_MESSAGE_CONTENT")
        assert requests.post(f"{paced.http}/runs/{run_id}/abort").json() == {"aborted": True}
        assert again.to_end()[-1]["outcome"] == {"type": "cancelled"}
        assert again.closed() == 1000
    assert requests.post(f"{paced.http}/runs/run-of-nobody/abort").status_code == 404


def test_an_abort_before_its_run_stops_it(paced):
    with Client(paced.url, timeout=30) as client:
        client.abort("run-early")
        client.begin(BEACH, run_id="run-early")
        assert client.to_end()[-1]["outcome"] == {"type": "cancelled"}


def test_a_run_goes_on_without_its_gateway(paced):
    with Client(paced.url, timeout=30) as client:
        run_id = client.begin(BEACH)
        read_until(client, "TEXT_MESSAGE_CONTENT")
        seen, ids = list(client.events), list(client.ids)
        paced.one["gateway"].kill()
        other = paced.gateway()
        paced.url, paced.http = other.url, other.http
    rest, code = resume(other.url, run_id, ids[-1], timeout=30)
    assert code == 1000 and rest.events[-1]["type"] == "RUN_FINISHED"
    whole_run, _ = resume(other.url, run_id, -1)
    assert whole_run.events[: len(seen)] == seen and not set(rest.ids) & set(ids)
    assert set(rest.ids) | set(ids) <= set(whole_run.ids)


def test_a_streams_client_comes_back_with_last_event_id(paced):
    run_id = "run-" + uuid.uuid4().hex
    cut = agui(paced.http, BEACH, run_id=run_id)
    lines = cut.iter_lines(chunk_size=1)
    seen = [line for line, _ in zip((x for x in lines if x.startswith(b"id:")), range(8))]
    cut.close()
    offset = seen[-1].split()[1].decode()
    rest = sse(agui(paced.http, BEACH, run_id=run_id, headers={"Last-Event-ID": offset}))
    assert int(rest[0][0]) == int(offset) + 1 and rest[-1][1]["type"] == "RUN_FINISHED"


def test_the_ai_sdk_takes_up_what_is_running(paced):
    chat = "chat-" + uuid.uuid4().hex
    body = {"id": chat, "trigger": "submit-message", "messages": [{"id": "m", "role": "user", "parts": [{"type": "text", "text": BEACH}]}]}
    first = requests.post(paced.http + "/api/chat", json=body, stream=True, timeout=60)
    next(first.iter_lines(chunk_size=1))
    first.close()
    answer = requests.get(f"{paced.http}/api/chat/{chat}/stream", stream=True, timeout=60)
    assert answer.status_code == 200
    parts = [p for _, p in sse(answer)]
    assert parts[0]["type"] == "start" and parts[-1] == "[DONE]"


def test_questions_in_one_thread_wait_their_turn_and_the_fifth_is_refused(paced):
    thread = "thread-" + uuid.uuid4().hex
    clients = [Client(paced.url, timeout=60) for _ in range(5)]
    for client in clients[:4]:
        client.begin(BEACH, thread=thread)
        read_until(client, "RUN_STARTED")
    clients[4].begin(BEACH, thread=thread)
    assert clients[4].event()[1]["code"] == "busy"
    for client in clients[:2]:
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
