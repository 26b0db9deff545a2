"""A daemon that stands still for a while is taken for gone; when it goes on, it is found again, and nobody
who waits for a run notices more than the pause."""
import signal

import pytest

from client import Client
from daemons import SLOW, Whole

BEAT_MS = 150 * SLOW
QUESTION = "a white linen shirt and sand chinos for a beach wedding"


@pytest.fixture
def town(sample_catalogue):
    w = Whole({"BEAT_MS": str(BEAT_MS)}, understudy=("--first-token-ms", 100, "--tokens-per-second", 60))
    w.up(sample_catalogue)
    yield w
    wrong = w.close()
    logs = w.logs() if wrong else ""
    w.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


@pytest.mark.parametrize("name", ["gateway", "psychologist", "extractor", "wardrobe"])
def test_a_daemon_that_was_frozen_is_found_again_by_its_orchestrator(town, name):
    frozen = town.one[name]
    with Client(town.url, timeout=20) as client:
        client.begin(QUESTION)
        for _ in range(6):
            client.event()
        frozen.signal(signal.SIGSTOP)
        town.one["orchestrator"].wait_for_log(rf"silent for \d+ ms: {name}")
        frozen.signal(signal.SIGCONT)
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        assert client.ask(QUESTION)[-1]["type"] == "RUN_FINISHED"
        assert client.products()
    assert frozen.running()


def test_an_orchestrator_that_was_frozen_is_found_again_by_all(town):
    frozen = town.one["orchestrator"]
    others = [d for d in town.daemons if d.name not in ("orchestrator", "understudy")]
    with Client(town.url, timeout=20) as client:
        client.begin(QUESTION)
        for _ in range(6):
            client.event()
        frozen.signal(signal.SIGSTOP)
        for daemon in others:
            daemon.wait_for_log(r"silent for \d+ ms: orchestrator")
        frozen.signal(signal.SIGCONT)
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        assert client.ask(QUESTION)[-1]["type"] == "RUN_FINISHED"
        assert client.products()
