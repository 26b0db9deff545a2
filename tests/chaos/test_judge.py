"""The judge is red for one loss, one repeat, one wrong order, and green without."""
import copy
import json
import sqlite3

import pytest

from judge import judge, p99_ms


def events():
    """A run with a paragraph, its product, and the words that say so."""
    return {
        1: {"type": "RUN_STARTED", "threadId": "t", "runId": "r"},
        2: {"type": "SUBAGENT_STARTED", "subagentRunId": "s", "name": "wardrobe"},
        3: {"type": "TEXT_MESSAGE_START", "messageId": "m1", "role": "assistant"},
        4: {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "delta": "A white linen shirt "},
        5: {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "delta": "for the beach."},
        6: {"type": "TEXT_MESSAGE_END", "messageId": "m1"},
        7: {"type": "TOOL_CALL_START", "toolCallId": "c1", "toolCallName": "find_product", "parentMessageId": "m1"},
        8: {"type": "TOOL_CALL_ARGS", "toolCallId": "c1", "delta": "{}"},
        9: {"type": "TOOL_CALL_END", "toolCallId": "c1"},
        10: {"type": "TOOL_CALL_RESULT", "messageId": "m2", "toolCallId": "c1", "content": "{}"},
        11: {"type": "SUBAGENT_FINISHED", "subagentRunId": "s"},
        12: {"type": "RUN_FINISHED", "threadId": "t", "runId": "r"},
    }


def messages():
    return [{"id": "q", "role": "user", "content": "a shirt"},
            {"id": "m1", "role": "assistant", "content": "A white linen shirt for the beach."},
            {"id": "m2", "role": "tool", "toolCallId": "c1", "content": "{}"}]


class Case:
    """A store and transcripts that are right, to be broken by a test."""

    def __init__(self, folder):
        self.path = folder / "store.sqlite"
        self.events, self.messages, self.state = events(), messages(), 2
        self.seen = [[str(place), copy.deepcopy(event)] for place, event in events().items()]
        self.transcript = {"client": "c", "run": "r", "thread": "t", "how": "ask", "began": 1.0, "ended": 1.5,
                           "aborted": False, "verdict": "ended",
                           "legs": [{"gateway": 0, "offset": None, "events": self.seen[:5], "end": "dropped"},
                                    {"gateway": 1, "offset": "5", "events": self.seen[5:], "end": "RUN_FINISHED"}]}
        self.history = {"history": "t", "messages": messages()}

    def judged(self):
        db = sqlite3.connect(self.path)
        db.executescript("CREATE TABLE threads (id INTEGER PRIMARY KEY, thread TEXT);"
                         "CREATE TABLE runs (id INTEGER PRIMARY KEY, run_id TEXT, thread INTEGER, state INTEGER);"
                         "CREATE TABLE events (run INTEGER, place INTEGER, event BLOB);"
                         "CREATE TABLE messages (id INTEGER PRIMARY KEY, run INTEGER, message TEXT);"
                         "INSERT INTO threads VALUES (1, 't');")
        if self.state is not None:
            db.execute("INSERT INTO runs VALUES (1, 'r', 1, ?)", (self.state,))
            db.executemany("INSERT INTO events VALUES (1, ?, ?)",
                           [(place, json.dumps(event)) for place, event in self.events.items()])
            db.executemany("INSERT INTO messages (run, message) VALUES (1, ?)", [(json.dumps(m),) for m in self.messages])
        db.commit()
        db.close()
        findings, _ = judge(self.path, [self.transcript, self.history])
        return findings


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_a_right_run_is_green(case):
    findings = case.judged()
    assert not findings, str(findings)
    assert p99_ms([case.transcript]) == 500


def test_a_run_without_an_end_is_lost(case):
    del case.events[12]
    assert case.judged().lost


def test_a_run_that_is_not_marked_as_ended_is_lost(case):
    case.state = 1
    assert case.judged().lost


def test_a_run_that_a_client_saw_begin_and_that_the_store_has_not_is_lost(case):
    case.state = None
    assert case.judged().lost


def test_an_event_that_a_client_never_got_is_lost(case):
    del case.transcript["legs"][1]["events"][1]
    assert case.judged().lost


def test_an_event_that_a_replay_does_not_have_is_lost(case):
    del case.events[4]
    assert case.judged().lost


def test_a_client_that_never_saw_the_end_has_lost_it(case):
    case.transcript["verdict"] = "gave up"
    assert case.judged().lost


def test_a_paragraph_that_is_not_in_the_history_is_lost(case):
    del case.messages[1], case.history["messages"][1]
    assert case.judged().lost


def test_a_result_that_is_not_in_the_history_is_lost(case):
    del case.messages[2], case.history["messages"][2]
    assert case.judged().lost


def test_a_history_that_a_gateway_tells_shorter_is_lost(case):
    del case.history["messages"][2]
    assert case.judged().lost


def test_a_second_end_is_twice(case):
    case.events[13] = case.events[12]
    case.transcript["legs"][1]["events"].append(["13", case.events[12]])
    assert case.judged().twice


def test_an_event_that_comes_twice_is_twice(case):
    case.transcript["legs"][1]["events"].insert(0, case.seen[4])
    assert case.judged().twice


def test_an_answer_that_stands_in_the_history_twice_is_twice(case):
    again = dict(case.messages[1], id="m3")
    case.messages.append(again)
    case.history["messages"].append(again)
    assert case.judged().twice


def test_a_question_that_stands_in_the_history_twice_is_twice(case):
    case.messages.insert(0, case.messages[0])
    case.history["messages"].insert(0, case.messages[0])
    assert case.judged().twice


def test_ids_that_go_back_are_a_wrong_order(case):
    seen = case.transcript["legs"][1]["events"]
    seen[0], seen[1] = seen[1], seen[0]
    assert case.judged().order


def test_another_event_under_an_id_is_a_wrong_order(case):
    case.transcript["legs"][0]["events"][3][1]["delta"] = "A black linen shirt "
    assert case.judged().order


def test_words_of_a_message_that_never_began_are_a_wrong_order(case):
    case.events = {place: event for place, event in case.events.items() if place != 3}
    assert case.judged().order


def test_words_that_differ_from_the_history_are_a_wrong_order(case):
    case.messages[1]["content"] = "Something else."
    assert case.judged().order


def test_a_broken_part_that_a_snapshot_took_off_the_screen_is_right(case):
    first = {place: event for place, event in events().items() if place < 5}
    case.events = {**first, 1005: {"type": "TEXT_MESSAGE_END", "messageId": "m1"},
                   1006: {"type": "SUBAGENT_FINISHED", "subagentRunId": "s"},
                   1007: {"type": "MESSAGES_SNAPSHOT", "messages": messages()[:1]},
                   1008: {"type": "TEXT_MESSAGE_START", "messageId": "m3", "role": "assistant"},
                   1009: {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m3", "delta": "A white linen shirt for the beach."},
                   1010: {"type": "TEXT_MESSAGE_END", "messageId": "m3"},
                   1011: {"type": "RUN_FINISHED", "threadId": "t", "runId": "r"}}
    case.messages = messages()[:1] + [dict(messages()[1], id="m3")]
    case.history["messages"] = case.messages
    case.transcript["legs"] = [{"gateway": 0, "offset": None, "end": "RUN_FINISHED",
                                "events": [[str(place), event] for place, event in case.events.items()]}]
    findings = case.judged()
    assert not findings, str(findings)
    del case.events[1007]
    case.path = case.path.with_name("second.sqlite")
    del case.transcript["legs"][0]["events"][6]
    assert case.judged().lost  # the half message is still on the screen


def test_an_official_client_that_shows_the_answer_is_right(case):
    case.transcript["shown"] = ["A white linen shirt for the beach."]
    assert not case.judged()


def test_an_official_client_that_shows_half_of_it_beside_it_has_it_twice(case):
    case.transcript["shown"] = ["A white linen", "A white linen shirt for the beach."]
    assert case.judged().twice


def test_an_official_client_that_shows_nothing_has_lost_it(case):
    case.transcript["shown"] = []
    assert case.judged().lost
