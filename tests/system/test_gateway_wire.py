"""The public WebSocket, with a script behind the gateway."""
import time

import pytest

from client import Client, resume
from daemons import SLOW, wait_until
from fake_orchestrator import FakeOrchestrator, a_run


def started(fake, query):
    route, message = query
    fake.event(route, message["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": message["run_id"]}, 1)


def test_a_question_gets_the_events_of_its_run(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url + "?runId=r1") as client:
        events = client.ask("a beach wedding", thread="t1", run_id="r1")
    assert events == a_run("t1", "r1", "Take the linen shirt.")
    assert client.ids == [str(n) for n in range(1, len(events) + 1)]
    _, query = fake.expect("QUERY")
    assert (query["owner"], query["thread"], query["run_id"], query["said"]) == ("public", "t1", "r1", "a beach wedding")


def test_the_events_bytes_are_not_touched(gateway, fake):
    raw = '{"type":"RUN_ERROR" , "message":"\\u00e9 \\ud83d\\ude00","n":1.50, "code":"x"}'
    with Client(gateway.url, check=False) as client:
        client.begin("hello")
        route, query = fake.expect("QUERY")
        fake.event(route, query["stream"], raw, 7 - 6, 1)
        _, frame = client.ws.recv_data()
    assert frame == b'{"id":"1","chunk":' + raw.encode() + b"}"


def test_several_questions_one_after_another_on_one_socket(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        for n in range(5):
            assert client.ask(f"question {n}", thread="t")[-1]["type"] == "RUN_FINISHED"


def test_several_runs_at_once_up_to_the_limit(gateway, fake):
    with Client(gateway.url, check=False) as client:
        for n in range(4):
            client.begin("x", run_id=f"r{n}")
        queries = [fake.expect("QUERY") for _ in range(4)]
        client.begin("x", run_id="r4")
        assert client.event()[1]["code"] == "busy"
        for query in queries:
            fake.run(*query)
        ends = []
        while len(ends) < 4:
            event = client.event()[1]
            ends += [event["runId"]] if event["type"] == "RUN_FINISHED" else []
        assert sorted(ends) == ["r0", "r1", "r2", "r3"]
        client.begin("x", run_id="r5")
        fake.expect("QUERY", run_id="r5")


def test_only_the_newest_user_message_counts(gateway, fake):
    fake.answer_queries()
    history = [{"id": "1", "role": "user", "content": "old"}, {"id": "2", "role": "assistant", "content": "answer"}]
    with Client(gateway.url) as client:
        client.ask("new", messages=history)
    assert fake.expect("QUERY")[1]["said"] == "new"


def test_the_plain_frame(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        client.send({"query": "shoes"})
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        client.send({"query": "red ones", "threadId": "t-9"})
        client.order.__init__()
        assert client.to_end()[-1]["threadId"] == "t-9"
    _, first = fake.expect("QUERY")
    assert first["said"] == "shoes" and first.get("thread", "") == "" and len(first["run_id"]) == 32


def test_criteria_are_edited_through_forwarded_props(gateway, fake):
    fake.answer_queries()
    patch = [{"op": "remove", "path": "/size.letters"}]
    with Client(gateway.url) as client:
        client.ask("again", criteria=patch)
    assert fake.expect("QUERY")[1]["patch"] == patch


def test_resume_replays_what_comes_after_the_offset_and_closes_1000(gateway, fake):
    fake.scripts["ATTACH"] = lambda f, route, m: f.run(route, {**m, "thread": "t"}, start=m["offset"] + 1)
    client, code = resume(gateway.url, "r1", 5)
    assert code == 1000 and client.ids[0] == "6" and client.events[-1]["type"] == "RUN_FINISHED"
    _, attach = fake.expect("ATTACH")
    assert (attach["run_id"], attach["offset"], attach["owner"]) == ("r1", 5, "public")


def test_resume_from_the_beginning(gateway, fake):
    fake.scripts["ATTACH"] = lambda f, route, m: f.run(route, {**m, "thread": "t"})
    client, code = resume(gateway.url, "r1", -1)
    assert code == 1000 and client.ids[0] == "1"
    assert fake.expect("ATTACH")[1]["offset"] == -1


def test_resume_stays_for_the_live_tail(gateway, fake):
    client = Client(gateway.url, run_id="r1", offset=0)
    route, attach = fake.expect("ATTACH")
    fake.event(route, attach["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
    assert client.event()[0] == "1"
    fake.event(route, attach["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 2, 1)
    assert client.event()[0] == "2"
    assert client.closed() == 1000


def test_with_nothing_to_resume_the_close_is_1008(gateway, fake):
    fake.scripts["ATTACH"] = lambda f, route, m: f.send(route, "REJECTED", stream=m["stream"], code="unknown_run",
                                                        message="no such run")
    assert resume(gateway.url, "nobody", 3)[1] == 1008


@pytest.mark.parametrize("query", ["runId=r1&offset=x", "runId=r1&offset=-2", "offset=3", "runId=a%20b&offset=3",
                                   "runId=&offset=1", "runId=" + "x" * 200 + "&offset=1"])
def test_a_resume_that_makes_no_sense_is_closed_1008(gateway, fake, query):
    assert Client(gateway.url + "?" + query).closed() == 1008


def test_the_same_run_sent_again_on_the_same_socket_is_not_delivered_twice(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        query = fake.expect("QUERY")
        started(fake, query)
        client.event()
        client.send({"runId": "r1", "threadId": "thread-r1", "messages": [{"role": "user", "content": "hello"}]})
        client.send({"type": "abort", "runId": "other"})  # to know that the frame before it has been read
        fake.expect("ABORT", run_id="other")
        assert fake.count("QUERY") == 1
        route, message = query
        for offset, event in enumerate(a_run("t", "r1", "words")[1:], 2):
            fake.event(route, message["stream"], event, offset, int(event["type"] == "RUN_FINISHED"))
        client.to_end()
        assert len(client.ids) == len(set(client.ids))


def test_the_same_run_id_with_other_words_is_refused(gateway, fake):
    with Client(gateway.url, check=False) as client:
        client.begin("hello", run_id="r1")
        fake.expect("QUERY")
        client.begin("something else", run_id="r1")
        assert client.event()[1]["code"] == "run_id_reused"


def test_an_event_that_comes_twice_is_given_once(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        for offset, event in enumerate(a_run("t", "r1", "one two three"), 1):
            last = int(event["type"] == "RUN_FINISHED")
            if not last:
                fake.event(route, query["stream"], event, offset)
            fake.event(route, query["stream"], event, offset, last)
        client.to_end()
        assert client.ids == [str(n + 1) for n in range(len(client.ids))]


def test_a_gap_is_asked_about_and_filled(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        events = a_run("t", "r1", "one two")
        fake.event(route, query["stream"], events[0], 1)
        fake.event(route, query["stream"], events[3], 4)  # 2 and 3 were lost on the way
        route, attach = fake.expect("ATTACH")
        fake.expect("DETACH", stream=query["stream"])
        assert attach["offset"] == 1 and attach["run_id"] == "r1" and attach["stream"] != query["stream"]
        fake.event(route, query["stream"], events[4], 5)  # late, on the stream of before: not for anybody
        for offset in range(2, len(events) + 1):
            fake.event(route, attach["stream"], events[offset - 1], offset, int(offset == len(events)))
        assert client.to_end() == events


def test_a_gap_that_stays_a_gap_is_a_jump_after_an_unclean_start(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        fake.event(route, query["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
        fake.event(route, query["stream"], {"type": "CUSTOM", "name": "x", "value": 1}, 1002)
        route, attach = fake.expect("ATTACH")
        fake.event(route, attach["stream"], {"type": "CUSTOM", "name": "x", "value": 1}, 1002)
        fake.event(route, attach["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 1003, 1)
        client.to_end()
        assert client.ids == ["1", "1002", "1003"] and fake.count("ATTACH") == 1


def test_abort_goes_to_the_orchestrator(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        client.abort("r1")
        assert fake.expect("ABORT")[1]["run_id"] == "r1"
        fake.event(route, query["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
        fake.event(route, query["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1",
                                            "outcome": {"type": "cancelled"}}, 2, 1)
        assert client.to_end()[-1]["outcome"] == {"type": "cancelled"}


def test_an_abort_before_its_run_is_passed_on(gateway, fake):
    with Client(gateway.url) as client:
        client.abort("r-early")
        assert fake.expect("ABORT")[1]["run_id"] == "r-early"


def test_a_run_goes_on_when_its_client_leaves(gateway, fake):
    client = Client(gateway.url)
    client.begin("hello", run_id="r1")
    _, query = fake.expect("QUERY")
    client.ws.shutdown()
    fake.expect("DETACH", stream=query["stream"])
    assert fake.count("ABORT") == 0


def test_what_the_orchestrator_rejects_is_a_run_error_and_the_socket_stays(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello")
        route, query = fake.expect("QUERY")
        fake.send(route, "REJECTED", stream=query["stream"], code="busy", message="too many are waiting")
        number, event = client.event()
        assert event == {"type": "RUN_ERROR", "message": "too many are waiting", "code": "busy"}
        assert number.startswith("e-") and len(number) > 10
        fake.answer_queries()
        assert client.ask("again")[-1]["type"] == "RUN_FINISHED"


def test_heartbeats_come(ensemble, fake):
    gateway = ensemble.gateway("--ping-ms", 200)
    with Client(gateway.url) as client:
        for _ in range(3):
            assert client.frame() == {"type": "ping"}


def test_a_question_waits_for_an_orchestrator(ensemble):
    gateway = ensemble.gateway("--hold-ms", 20000)
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        time.sleep(0.3)
        late = FakeOrchestrator(ensemble.state)
        late.answer_queries()
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
    late.close()


def test_without_an_orchestrator_the_question_is_unavailable_in_the_end(ensemble):
    gateway = ensemble.gateway("--hold-ms", 300)
    with Client(gateway.url) as client:
        begin = time.monotonic()
        client.begin("hello")
        assert client.event()[1]["code"] == "unavailable"
        assert time.monotonic() - begin >= 0.29
    assert resume(gateway.url, "r1", 4)[1] == 1013


def test_an_abort_of_a_held_question_follows_it(ensemble):
    gateway = ensemble.gateway("--hold-ms", 20000)
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        client.abort("r1")
        time.sleep(0.2)
        late = FakeOrchestrator(ensemble.state)
        late.expect("QUERY")
        assert late.expect("ABORT")[1]["run_id"] == "r1"
    late.close()


def test_a_lost_orchestrator_is_attached_again_when_it_returns(gateway, fake, ensemble):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        events = a_run("t", "r1", "one two")
        for offset in (1, 2, 3):
            fake.event(route, query["stream"], events[offset - 1], offset)
            client.event()
        fake.close()
        gateway.wait_for_log("gone")
        again = FakeOrchestrator(ensemble.state)
        route, attach = again.expect("ATTACH", 10)
        assert (attach["run_id"], attach["offset"]) == ("r1", 3)
        again.run(route, {**attach, "thread": "t"}, "one two", start=4)
        assert client.to_end() == events
    again.close()


def test_a_query_that_was_not_accepted_is_sent_to_another(ensemble):
    ends = [f"ipc://{ensemble.state}/bus/{n}" for n in "ab"]
    fakes = [FakeOrchestrator(endpoint=end) for end in ends]
    gateway = ensemble.gateway("--bus", ",".join(ends))
    for fake in fakes:
        fake.wait_for_peer()
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        assert wait_until(lambda: any(f.count("QUERY") for f in fakes))
        first = next(f for f in fakes if f.count("QUERY"))
        other = fakes[1 - fakes.index(first)]
        other.answer_queries()
        first.close()
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
    other.close()


def test_a_run_that_is_elsewhere_is_asked_there(ensemble):
    ends = [f"ipc://{ensemble.state}/bus/{n}" for n in "ab"]
    owner, other = [FakeOrchestrator(endpoint=end) for end in ends]
    elsewhere = lambda f, route, m: f.send(route, "REJECTED", stream=m["stream"], code="elsewhere", where=owner.name)
    other.scripts.update(QUERY=elsewhere, ATTACH=elsewhere)
    owner.scripts["ATTACH"] = lambda f, route, m: f.run(route, {**m, "thread": "t"})
    gateway = ensemble.gateway("--bus", ",".join(ends))
    owner.wait_for_peer()
    other.wait_for_peer()
    for n in range(4):  # both are asked in turn
        assert resume(gateway.url, f"r{n}", -1)[1] == 1000
    assert other.count("ATTACH") > 0
    owner.close()
    other.close()


def test_a_draining_orchestrator_is_not_asked(gateway, fake, ensemble):
    fake.set_capacity(0)
    time.sleep(0.1)
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        time.sleep(0.2 * SLOW)
        assert fake.count("QUERY") == 0
        fake.set_capacity(8)
        fake.answer_queries()
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"


def test_ids_of_errors_never_repeat(gateway, fake):
    with Client(gateway.url, check=False) as client:
        for _ in range(20):
            client.send("nonsense")
        for _ in range(20):
            client.event()
        assert len(set(client.ids)) == 20
