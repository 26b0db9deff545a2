"""An operator restarts one daemon in the middle of the day: it ends well and in time, and no shopper loses
anything. And SIGHUP, in the middle of a run."""
import base64
import hashlib
import hmac
import json
import signal
import time

import pytest
import requests

from client import Client, Closed
from daemons import SLOW, Whole, wait_until

QUESTION = "a white linen shirt and sand chinos for a beach wedding"
DRAIN_MS = 3000


@pytest.fixture
def town(sample_catalogue):
    w = Whole({"DRAIN_MS": str(DRAIN_MS), "HOLD_MS": str(DRAIN_MS // 2)}, understudy=("--first-token-ms", 200, "--tokens-per-second", 60))
    w.up(sample_catalogue)
    yield w
    wrong = w.close()
    logs = w.logs() if wrong else ""
    w.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


def begin(town, count, url=None):
    clients = [Client(url or town.url, timeout=20) for _ in range(count)]
    for n, client in enumerate(clients):
        client.begin(QUESTION, run_id=f"run-{n}")
    for client in clients:
        client.event()
    return clients


def stop(daemon):
    """SIGTERM; how long it took, in milliseconds."""
    begun = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0, daemon.log()[-2000:]
    return 1000 * (time.monotonic() - begun)


def kinds(events, kind):
    return [e for e in events if e["type"] == kind]


@pytest.mark.parametrize("name", ["psychologist", "extractor", "wardrobe"])
def test_a_worker_that_drains_finishes_what_it_has(town, name):
    clients = begin(town, 3)
    assert stop(town.one[name]) < DRAIN_MS + 500 * SLOW
    town.one[name].start()
    for client in clients:
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        assert client.products()


def test_an_orchestrator_that_drains_hands_its_runs_to_the_next(town):
    clients = begin(town, 3)
    assert stop(town.one["orchestrator"]) < DRAIN_MS + 500 * SLOW
    town.one["orchestrator"].start()
    for client in clients:
        events = client.to_end()
        assert events[-1]["type"] == "RUN_FINISHED"
        assert len(kinds(events, "RUN_STARTED")) == 1
        places = [int(i) for i in client.ids]
        assert places == sorted(set(places))


def test_a_question_to_a_draining_orchestrator_waits_for_the_next(town):
    running = begin(town, 1)[0]
    orchestrator = town.one["orchestrator"]
    orchestrator.signal(signal.SIGTERM)
    orchestrator.wait_for_log("draining")
    late = Client(town.url, timeout=20)
    late.begin(QUESTION, run_id="late")
    assert orchestrator.wait() == 0
    orchestrator.start()
    assert late.to_end()[-1]["type"] == "RUN_FINISHED"
    assert running.to_end()[-1]["type"] == "RUN_FINISHED"


def test_a_gateway_that_drains_says_so_and_sends_its_clients_on(town):
    other = town.gateway(label="gateway-other")
    idle = Client(town.url, timeout=20)
    town.one["gateway"] = other
    first = next(d for d in town.daemons if d.label == "gateway")
    clients = begin(town, 3)
    ready = requests.Session()
    assert ready.get(town.http + "/readyz", timeout=5).status_code == 200
    begun = time.monotonic()
    first.signal(signal.SIGTERM)
    first.wait_for_log("draining")
    assert idle.closed() == 1012
    assert says_no(ready, town.http)
    assert first.wait() == 0
    assert 1000 * (time.monotonic() - begun) < DRAIN_MS + 500 * SLOW
    for n, client in enumerate(clients):
        try:
            client.to_end()
        except Closed as closed:
            assert closed.code == 1012
            client = Client(other.url, run_id=f"run-{n}", offset=client.ids[-1], timeout=20)
            client.to_end()
        assert client.events[-1]["type"] == "RUN_FINISHED"


def says_no(session, http):
    """503; or nobody listens any more, which is no as well."""
    try:
        return session.get(http + "/readyz", timeout=5).status_code == 503
    except requests.ConnectionError:
        return True


def test_an_idle_daemon_ends_at_once(town):
    for daemon in reversed(town.daemons):
        assert stop(daemon) < 1000 * SLOW, daemon.label


def test_told_twice_a_daemon_ends_at_once(town):
    begin(town, 3)
    orchestrator = town.one["orchestrator"]
    orchestrator.signal(signal.SIGTERM)
    orchestrator.wait_for_log("draining")
    assert stop(orchestrator) < 500 * SLOW


def test_sighup_in_the_middle_of_a_run_changes_nothing_of_it(town):
    clients = begin(town, 2)
    for daemon in town.daemons:
        daemon.signal(signal.SIGHUP)
        daemon.wait_for_log("options read again")
    for client in clients:
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"


def test_sighup_reads_the_secrets_again(sample_catalogue, tmp_path):
    key = tmp_path / "key"
    key.write_text("the first key of the shop\n")
    w = Whole({"ENSEMBLE_AUTH": "token", "ENSEMBLE_TOKEN_SECRET_FILE": str(key)}).up(sample_catalogue)
    try:
        assert status(w, token("the first key of the shop")) == 404
        key.write_text("the second key of the shop\n")
        assert status(w, token("the second key of the shop")) == 401
        w.one["gateway"].signal(signal.SIGHUP)
        w.one["gateway"].wait_for_log("options read again")
        assert wait_until(lambda: status(w, token("the second key of the shop")) == 404, 5, 0.05)
        assert status(w, token("the first key of the shop")) == 401
    finally:
        wrong = w.close()
        w.remove()
    assert not wrong


def status(w, bearer):
    return requests.get(w.http + "/threads/none", headers={"Authorization": "Bearer " + bearer}, timeout=5).status_code


def token(secret):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    head = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps({"sub": "s", "exp": int(time.time()) + 60}).encode())
    return (head + b"." + part(hmac.new(secret.encode(), head, hashlib.sha256).digest())).decode()
