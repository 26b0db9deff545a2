"""The official clients, unchanged, as judges: TanStack's over the WebSocket, AG-UI's HttpAgent with its own
verification of events, and Vercel's AI SDK. Installed from npm at pinned versions, once, below build/."""
import json
import os
import pathlib
import shutil
import subprocess
import uuid

import pytest

from client import resume
from daemons import SLOW, TOP

HERE = pathlib.Path(__file__).parent / "official"
BEACH = "I need something for a beach wedding in July, under 200 dollars, I'm an M"
TEN = [BEACH, "cheaper please", "in white", "not the second one", "shoes to go with it", "I'm a size 42", "something warmer",
       "no wool", "a hat as well", "and now all in black"]


@pytest.fixture(scope="session")
def official():
    """A folder with the clients and our scripts in it."""
    folder = TOP / "build" / "official-clients"
    missing = None if shutil.which("node") and shutil.which("npm") else "node and npm are not installed"
    folder.mkdir(parents=True, exist_ok=True)
    for path in HERE.iterdir():
        shutil.copy(path, folder)
    wanted = (HERE / "package.json").read_text()
    stamp = folder / "node_modules" / ".of"
    if not missing and not (stamp.exists() and stamp.read_text() == wanted):
        done = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=folder, capture_output=True,
                              text=True)
        if done.returncode == 0:
            stamp.write_text(wanted)
        else:
            missing = "npm could not install the clients: " + done.stderr[-300:]
    if missing:
        assert os.environ.get("CI") != "true", missing
        pytest.skip("skipped: " + missing)
    return folder


def run(official, script, timeout=60, **asked):
    done = subprocess.run(["node", script, json.dumps(asked)], cwd=official, capture_output=True, text=True, timeout=timeout * SLOW)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    report["complaints"] = done.stderr
    return report


def new_thread():
    return "thread-" + uuid.uuid4().hex


def texts(message):
    return [p["content"] for p in message["parts"] if p["type"] == "text"]


def results(messages):
    """The find_product results that TanStack's client holds."""
    return [json.loads(p["content"]) if isinstance(p["content"], str) else p["content"]
            for m in messages for p in m["parts"] if p["type"] == "tool-result"]


# -- TanStack --------------------------------------------------------------------------------------------


def test_tanstack_shows_words_and_products_as_sent(official, whole):
    report = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), questions=[BEACH])
    assert report["errors"] == [] and report["repeats"] == 0
    run_id = report["opened"][0].split("runId=")[1]
    sent, code = resume(whole.url, run_id, -1)  # what the store says was sent
    assert code == 1000
    answers = [m for m in report["messages"] if m["role"] == "assistant"]
    held = "".join(text for m in answers for text in texts(m))
    assert held == sent.words() and len(held) > 100
    in_order = lambda found: sorted(json.dumps(r, sort_keys=True) for r in found)  # it holds them by paragraph
    assert in_order(results(answers)) == in_order(sent.results())
    assert {c["name"] for c in report["customs"]} >= {"criteria", "profile"}
    assert report["closed"] == []  # one socket, which stays


def test_tanstack_ten_questions_in_one_thread(official, whole):
    report = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), questions=TEN)
    assert report["errors"] == [] and report["repeats"] == 0
    assert len(report["opened"]) == 1 and len(report["sent"]) == 10
    assert report["sent"][-1]["size"] > 100_000  # its frames carry the whole conversation
    asked = [m for m in report["messages"] if m["role"] == "user"]
    assert [texts(m)[0] for m in asked] == TEN
    roles = [m["role"] for m in report["messages"]]
    for n, role in enumerate(roles):  # every question has its answer
        if role == "user":
            assert roles[n + 1] == "assistant"


def test_tanstack_comes_back_after_its_socket_was_cut(official, paced):
    thread = new_thread()
    report = run(official, "tanstack.mjs", url=paced.url, threadId=thread, questions=[BEACH, "in black"], cutAfter=[17, 4])
    assert report["errors"] == []
    assert len(report["opened"]) >= 3 and "offset=" in report["opened"][1] and "offset=" in report["opened"][2]
    assert report["closed"][:2] == [1006, 1006]
    answers = [m for m in report["messages"] if m["role"] == "assistant"]
    run_id = report["opened"][0].split("runId=")[1]
    first, _ = resume(paced.url, run_id, -1)
    held = "".join(text for m in answers for text in texts(m))
    assert held.startswith(first.words()) and len(held) > len(first.words())


def test_tanstack_stops_a_run(official, paced):
    report = run(official, "tanstack.mjs", url=paced.url, threadId=new_thread(), questions=[BEACH], stopAfter=18)
    run_id = report["opened"][0].split("runId=")[1]
    assert {"type": "abort", "runId": run_id} in [json.loads(s.get("text", "{}")) for s in report["sent"]]
    sent, code = resume(paced.url, run_id, -1)
    assert code == 1000 and sent.events[-1].get("outcome") == {"type": "cancelled"}, sent.events[-1]


def test_tanstack_joins_a_run_from_another_tab(official, whole):
    first = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), questions=[BEACH])
    run_id = first["opened"][0].split("runId=")[1]
    report = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), join=run_id)
    assert report["joined"][0] == "RUN_STARTED" and report["joined"][-1] == "RUN_FINISHED" and report["closed"] == [1000]
    report = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), join="run-of-nobody")
    assert report["closed"] == [1008] and "1008" in report["errors"][0]


def test_tanstack_hears_an_error_and_goes_on(official, whole):
    report = run(official, "tanstack.mjs", url=whole.url, threadId=new_thread(), questions=["x" * 4001, "a hat"])
    assert len(report["errors"]) == 1 and "4001" in report["errors"][0]
    assert [m["role"] for m in report["messages"]][-1] == "assistant" and len(report["opened"]) == 1


def test_tanstack_edits_criteria_through_forwarded_props(official, whole):
    thread = new_thread()
    run(official, "tanstack.mjs", url=whole.url, threadId=thread, questions=[BEACH])
    report = run(official, "tanstack.mjs", url=whole.url, threadId=thread, questions=["and now?"],
                 forwardedProps={"criteria": [{"op": "remove", "path": "/size.letters"}]})
    assert report["errors"] == []
    criteria = [c["value"] for c in report["customs"] if c["name"] == "criteria"]
    assert criteria and "size.letters" not in criteria[-1]


# -- AG-UI -----------------------------------------------------------------------------------------------


def test_agui_accepts_the_order_of_events(official, whole):
    report = run(official, "agui.mjs", url=whole.http + "/agui", threadId=new_thread(), questions=[BEACH, "cheaper", "in black"])
    assert report["errors"] == [] and report["complaints"] == ""
    assert report["events"].count("RUN_FINISHED") == 3
    assert len([m for m in report["messages"] if m["role"] == "assistant"]) >= 3
    tools = [m for m in report["messages"] if m["role"] == "tool"]
    assert any(json.loads(m["content"])["products"] for m in tools)
    assert report["state"]["criteria"] and report["state"]["look"]
    assert all(r["look"] is not None for r in report["results"])


def test_agui_hears_an_error_before_the_stream(official, whole):
    report = run(official, "agui.mjs", url=whole.http + "/agui", threadId=new_thread(), questions=["x" * 4001, "a hat"])
    assert len(report["errors"]) == 1 and "400" in report["errors"][0]


# -- Vercel ----------------------------------------------------------------------------------------------


def test_the_ai_sdk_holds_words_and_products(official, whole):
    chat = "chat-" + uuid.uuid4().hex
    report = run(official, "aisdk.mjs", url=whole.http + "/api/chat", id=chat, questions=[BEACH, "cheaper"])
    assert report["errors"] == [] and report["status"] == "ready"
    assert [m["role"] for m in report["messages"]] == ["user", "assistant"] * 2
    for answer in report["messages"][1::2]:
        tools = [p for p in answer["parts"] if p["type"] == "tool-find_product"]
        assert tools and all(p["state"] == "output-available" for p in tools)
        assert any(p["output"].get("products") for p in tools)
        assert sum(len(p["text"]) for p in answer["parts"] if p["type"] == "text") > 100
        assert all(p.get("state") == "done" for p in answer["parts"] if p["type"] == "text")
    assert {"data-criteria", "data-look", "data-assistant"} <= set(report["data"])


def test_the_ai_sdk_resumes_to_nothing_quietly(official, whole):
    report = run(official, "aisdk.mjs", url=whole.http + "/api/chat", id="chat-" + uuid.uuid4().hex, resume=True)
    assert report["errors"] == [] and report["messages"] == []


def test_the_ai_sdk_hears_an_error(official, whole):
    report = run(official, "aisdk.mjs", url=whole.http + "/api/chat", id="chat-x", questions=["x" * 4001])
    assert len(report["errors"]) == 1 and "query_too_long" in report["errors"][0] and report["status"] == "error"
