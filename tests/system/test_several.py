"""Several orchestrators over one PostgreSQL server: whose run it is, and what becomes of it when they are killed, frozen or cut off."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import uuid

import pytest
import requests

from client import Client, Closed, resume
from daemons import BUILD, SLOW, TOP, VARIANT, Whole, wait_until

LEASE_MS = 1500 * SLOW
SLOWLY = ("--first-token-ms", 30, "--tokens-per-second", 60)


class Several(Whole):
    """Everything, with two orchestrators that share a store."""

    def __init__(self, postgres, understudy=SLOWLY, lease_ms=LEASE_MS):
        super().__init__({"ENSEMBLE_BUS": "ipc://bus/one,ipc://bus/two", "HOLD_MS": str(3000 * SLOW)}, understudy)
        self.postgres, self.lease_ms = postgres, lease_ms
        self.place = postgres.catalogue()
        self.schema = f"shop{postgres.schemas}"
        self.orchestrators = {}

    def start(self, name, *arguments, **more):
        if name != "orchestrator":
            return super().start(name, *arguments, **more)
        for number in ("one", "two"):
            self.orchestrators[number] = super().start(
                name, "--bus", f"ipc://bus/{number}", "--store", self.place, "--lease-ms", self.lease_ms, *arguments, label=f"orchestrator-{number}", **more)
        return self.orchestrators["one"]

    def wait_for_workers(self):
        wanted = {*self.WORKERS, "gateway"}
        for number in self.orchestrators.values():
            assert wait_until(lambda: wanted <= set(re.findall(r"joined: (\w+)", number.log()))), self.logs()

    def sql(self, text):
        return self.postgres.sql(f"SET search_path = {self.schema}; {text}")

    def leader(self, run_id):
        """Who leads RUN_ID: "one" or "two"."""
        name = self.sql(f"SELECT o.name FROM runs r JOIN orchestrators o ON o.id = r.orchestrator WHERE r.run_id = '{run_id}'")[0][0]
        return next((n for n, daemon in self.orchestrators.items() if f"name={name} " in daemon.log()), None)

    def other(self, number):
        return "two" if number == "one" else "one"

    def terminal_events(self, run_id):
        return [event for event, in self.sql(f"SELECT e.event::json->>'type' FROM events e JOIN runs r ON r.id = e.run WHERE r.run_id = '{run_id}'"
                                             " ORDER BY e.place") if event in ("RUN_FINISHED", "RUN_ERROR")]

    def unfinished(self):
        return int(self.sql("SELECT count(*) FROM runs WHERE state < 2")[0][0])


@pytest.fixture
def several(request, postgres, sample_catalogue):
    s = Several(postgres, lease_ms=getattr(request, "param", LEASE_MS))
    yield s.up(sample_catalogue)
    if postgres.process.poll() is not None:
        postgres.start()
    wrong = s.close()
    logs = s.logs() if wrong else ""
    s.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


class Shopper(threading.Thread):
    """One question, through as many connections as it takes; every event by its offset, each once and in order."""

    def __init__(self, url, said="a linen shirt and chinos for a beach wedding", thread=None, run_id=None):
        super().__init__(daemon=True)
        self.url, self.said, self.thread = url, said, thread
        self.run_id = run_id or "run-" + uuid.uuid4().hex[:12]
        self.events, self.wrong, self.started = [], None, threading.Event()
        self.start()

    def connect(self):
        if self.events:
            return Client(self.url, run_id=self.run_id, offset=self.events[-1][0], timeout=20 * SLOW, check=False)
        client = Client(self.url, run_id=self.run_id, timeout=20 * SLOW, check=False)
        client.begin(self.said, thread=self.thread, run_id=self.run_id)
        return client

    def run(self):
        deadline = time.monotonic() + 60 * SLOW
        while not self.ended() and time.monotonic() < deadline:
            client = None
            try:
                client = self.connect()
                self.read(client)
            except (Closed, OSError):
                time.sleep(0.05)
            except Exception as e:
                self.wrong = e
                raise
            finally:
                if client is not None:
                    client.ws.shutdown()

    def read(self, client):
        while not self.ended():
            number, event = client.event()
            if not number.isdigit():
                assert event["type"] == "RUN_ERROR", event
                if event["code"] != "unavailable":
                    self.wrong = event
                    self.events.append((10 ** 9, event))
                return
            assert not self.events or int(number) > int(self.events[-1][0]), (number, self.events[-1])
            self.events.append((number, event))
            self.started.set()

    def ended(self):
        return bool(self.events) and self.events[-1][1]["type"] in ("RUN_FINISHED", "RUN_ERROR")

    def has_started(self):
        assert self.started.wait(20 * SLOW), self.run_id
        return self

    def answered(self):
        """Its end, which must be a good one."""
        self.join(70 * SLOW)
        assert self.wrong is None and self.ended(), (self.wrong, self.events[-3:])
        assert self.events[-1][1]["type"] == "RUN_FINISHED", self.events[-1]
        return self


def ask_until_both_lead(several, count=4):
    """Shoppers under way, at least one at each orchestrator: [shopper], {number: [run ids]}."""
    shoppers = [Shopper(several.url).has_started() for _ in range(count)]
    led = {"one": [], "two": []}
    for shopper in shoppers:
        led[several.leader(shopper.run_id)].append(shopper.run_id)
    assert led["one"] and led["two"], led
    return shoppers, led


def check_ends(several, shoppers, crashed=False):
    for shopper in shoppers:
        shopper.answered()
        assert several.terminal_events(shopper.run_id) == ["RUN_FINISHED"]
        kept = [int(place) for place, in several.sql(f"SELECT e.place FROM events e JOIN runs r ON r.id = e.run WHERE r.run_id = '{shopper.run_id}' ORDER BY 1")]
        seen = [int(number) for number, _ in shopper.events]
        assert set(kept) <= set(seen) if crashed else kept == seen, "what a shopper saw is what is kept"
    assert several.unfinished() == 0


@pytest.mark.parametrize("test", ["test_store", "test_store_shared"])
def test_the_tests_of_a_store_pass_on_a_server(test, postgres):
    subprocess.run(["make", "-s", f"VARIANT={VARIANT}", f"{BUILD.relative_to(TOP)}/tests/orchestrator/{test}"], cwd=TOP, check=True, timeout=600)
    done = subprocess.run([BUILD / "tests" / "orchestrator" / test], cwd=TOP, env={**os.environ, "ENSEMBLE_STORE": postgres.catalogue()}, capture_output=True,
                          text=True, check=False, timeout=120 * SLOW)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_questions_go_to_each_and_are_answered_alike(several):
    shoppers, _ = ask_until_both_lead(several)
    check_ends(several, shoppers)


def test_a_run_is_resumed_whoever_is_asked(several):
    shoppers, _ = ask_until_both_lead(several, 2)
    for _ in range(6):
        for shopper in shoppers:  # amid the run, by turns through both
            with Client(several.url, run_id=shopper.run_id, offset=-1, timeout=20, check=False) as client:
                assert client.event()[1]["type"] == "RUN_STARTED"
    check_ends(several, shoppers)
    for shopper in shoppers:
        for _ in range(2):
            assert [e["type"] for e in resume(several.url, shopper.run_id)[0].events] == [e["type"] for _, e in shopper.events]


def test_a_threads_questions_are_answered_one_after_another(several):
    thread = "thread-" + uuid.uuid4().hex[:8]
    shoppers = [Shopper(several.url, said, thread).has_started() for said in ("a linen shirt", "cheaper", "in black")]
    assert len({several.leader(s.run_id) for s in shoppers}) == 1
    check_ends(several, shoppers)
    rows = several.sql("SELECT r.run_id, m.role FROM messages m JOIN runs r ON r.id = m.run WHERE m.role IN ('user', 'assistant') ORDER BY m.run, m.id")
    assert [run for run, role in rows if role == "user"] == [s.run_id for s in shoppers]
    first = [int(number) for number, _ in several.sql("SELECT min(changed_ms), run_id FROM runs GROUP BY run_id ORDER BY min(id)")]
    assert first == sorted(first), "each ended after the one before it"
    Shopper(several.url, "and shoes?", thread).answered()  # a free thread is led by whoever is asked


def test_the_same_run_asked_of_both_is_one_run(several):
    run_id = "run-" + uuid.uuid4().hex[:12]
    shoppers = [Shopper(several.url, thread="t", run_id=run_id) for _ in range(6)]
    for shopper in shoppers:
        shopper.answered()
    assert several.sql("SELECT count(*) FROM runs") == [["1"]]
    assert len({json.dumps(s.events) for s in shoppers}) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_one_dies_the_other_goes_on_with_its_runs(several, how):
    shoppers, led = ask_until_both_lead(several, 6)
    dead = several.orchestrators["one"]
    dead.expected = {0, -signal.SIGKILL}
    dead.signal(how)
    later = [Shopper(several.url, "a hat") for _ in range(4)]  # new ones are asked of who is there
    check_ends(several, shoppers + later)
    if how == signal.SIGKILL:
        assert re.search(r"took up \d+ runs", several.orchestrators["two"].log())
        assert {several.leader(run) for run in led["one"]} == {"two"}


def test_one_that_dies_and_returns_has_the_leads_shared_again(several):
    shoppers, _ = ask_until_both_lead(several, 4)
    several.orchestrators["one"].kill()
    several.orchestrators["one"].start()
    check_ends(several, shoppers)
    wait_until(lambda: several.orchestrators["one"].log().count("joined: ") >= 4)
    more, _ = ask_until_both_lead(several, 6)
    check_ends(several, more)


@pytest.mark.parametrize("several", [600_000], indirect=True)
def test_who_is_started_again_does_not_wait_for_the_dead_ones_lease(several):
    shoppers, _ = ask_until_both_lead(several, 4)
    for orchestrator in several.orchestrators.values():
        orchestrator.kill()
    for orchestrator in several.orchestrators.values():
        orchestrator.start()
    check_ends(several, shoppers)


def test_one_that_was_frozen_past_its_lease_writes_nothing_any_more_and_is_used_again(several):
    shoppers, led = ask_until_both_lead(several, 4)
    one = several.orchestrators["one"]
    one.signal(signal.SIGSTOP)
    assert wait_until(lambda: "took up" in several.orchestrators["two"].log(), 20)
    time.sleep(0.3)
    one.signal(signal.SIGCONT)
    check_ends(several, shoppers)
    assert {several.leader(run) for run in led["one"]} == {"two"}
    one.wait_for_log("store: here again", 20)
    more, _ = ask_until_both_lead(several, 6)
    check_ends(several, more)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_runs_go_on_when_the_server_is_back(several, postgres, how):
    shoppers, _ = ask_until_both_lead(several, 4)
    postgres.stop(how)
    with Client(several.url, timeout=30 * SLOW) as refused:
        refused.begin("a hat")
        assert refused.event()[1]["code"] == "unavailable"
    assert requests.get(f"{several.http}/healthz", timeout=5).status_code == 200
    postgres.start()
    check_ends(several, shoppers, crashed=how == signal.SIGQUIT)
    Shopper(several.url).answered()
    assert several.one["gateway"].running() and all(o.running() for o in several.orchestrators.values())


def test_stop_history_and_forgetting_work_whoever_is_asked(several):
    for i in range(4):
        thread = f"thread-{i}"
        shopper = Shopper(several.url, thread=thread).has_started()
        assert requests.get(f"{several.http}/threads/{thread}", timeout=10).json()["messages"][0]["role"] == "user"
        assert requests.post(f"{several.http}/runs/{shopper.run_id}/abort", timeout=10).json() == {"aborted": True}
        shopper.answered()
        assert shopper.events[-1][1]["outcome"]["type"] in ("cancelled", "interrupt", "success") if "outcome" in shopper.events[-1][1] else True
        running = Shopper(several.url, thread=thread).has_started()
        assert requests.delete(f"{several.http}/threads/{thread}", timeout=10).json() == {"forgotten": True}
        running.join(20)
        assert requests.get(f"{several.http}/threads/{thread}", timeout=10).status_code == 404
    assert requests.post(f"{several.http}/runs/nobody/abort", timeout=10).status_code == 404


def test_a_stop_waits_for_the_take_over(several):
    shoppers, led = ask_until_both_lead(several, 2)
    several.orchestrators["one"].kill()
    for run in led["one"]:
        assert requests.post(f"{several.http}/runs/{run}/abort", timeout=60).json() == {"aborted": True}
    check_ends(several, shoppers)


def processes_of(parent):
    """PARENT and its children."""
    children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def test_a_server_that_says_nothing_holds_nobody_up_for_long(several, postgres):
    shoppers, _ = ask_until_both_lead(several, 4)
    frozen = processes_of(postgres.process.pid)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        with Client(several.url, timeout=60 * SLOW) as refused:
            refused.begin("a hat")
            assert refused.event()[1]["code"] == "unavailable"
        time.sleep(4)
        assert "is gone" not in several.one["gateway"].log() and "is taken for gone" not in several.one["gateway"].log()
    finally:
        for pid in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    check_ends(several, shoppers)
