"""Each fault of a model's server, at the level of a run: the shopper gets an answer or a clear RUN_ERROR within the
deadline, never silence."""
import time

import pytest

from client import Client
from daemons import SLOW, Whole, free_port, wait_until

QUESTION = "I need something for a beach wedding in July, under 200 dollars, I'm an M"
RUN_MS = 6000 * SLOW
FAULTS = ["429", "500", "503", "stall", "cut", "garbage", "slow", "empty", "badargs", "wrapper", "refusal", "filter", "length"]


class Shop(Whole):
    """All daemons, patient for seconds only; the understudy is another one for each test, at the same place."""

    def __init__(self):
        super().__init__(env={"RUN_MS": str(RUN_MS), "ASSESS_MS": "2000", "EXTRACT_MS": "2000", "MODEL_IDLE_MS": "700",
                              "MODEL_FIRST_BYTE_MS": "1500", "ATTEMPTS": "2"})
        self.place = free_port()
        self.quick = ("--port", self.place, "--first-token-ms", 0, "--tokens-per-second", 0)
        self.understudy_arguments = self.quick[2:]

    def start(self, name, *arguments, **more):
        if name == "understudy" and "--fault" not in arguments:
            arguments = self.quick
        return super().start(name, *arguments, **more)

    def misbehave(self, fault):
        self.one["understudy"].kill()
        self.start("understudy", *self.quick, "--fault", fault)

    def ask(self):
        """The events of a run, and how long it took."""
        began = time.monotonic()
        with Client(self.url, timeout=30) as client:
            events = client.ask(QUESTION)
        return events, time.monotonic() - began, client


@pytest.fixture(scope="module")
def shop(sample_catalogue):
    s = Shop().up(sample_catalogue)
    yield s
    wrong = s.close()
    logs = s.logs() if wrong else ""
    s.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


def check(events, seconds):
    last = events[-1]
    assert seconds < RUN_MS / 1000 + 3 * SLOW, "later than the deadline"
    assert last["type"] in ("RUN_FINISHED", "RUN_ERROR"), last
    if last["type"] == "RUN_ERROR":
        assert last["code"] and last["message"], "an error says what it is"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_always_misbehaves(shop, fault):
    shop.misbehave(fault)
    events, seconds, client = shop.ask()
    check(events, seconds)
    if fault in ("badargs", "wrapper", "slow"):
        assert events[-1]["type"] == "RUN_FINISHED"
    assert [r for r in client.results() if r.get("early")], "the search needs no model"


@pytest.mark.parametrize("fault", ["429", "500", "cut", "garbage", "stall"])
def test_a_server_that_misbehaves_half_of_the_time(shop, fault):
    shop.misbehave(f"{fault}:0.5")
    for _ in range(3):
        check(*shop.ask()[:2])


def test_after_all_of_that_a_good_server_is_used_again(shop):
    shop.misbehave("none:0")
    events, seconds, client = shop.ask()
    check(events, seconds)
    assert events[-1]["type"] == "RUN_FINISHED" and len(client.words()) > 100


def test_a_server_that_is_gone(shop):
    shop.one["understudy"].kill()
    events, seconds, _ = shop.ask()
    check(events, seconds)


@pytest.mark.parametrize("fault", ["quota"])
def test_without_money_nobody_waits(shop, fault):
    """Last, since it opens the circuit of every daemon."""
    shop.start("understudy", *shop.quick, "--fault", fault)
    check(*shop.ask()[:2])
    events, seconds, _ = shop.ask()
    check(events, seconds)
    assert wait_until(lambda: "not asked" in shop.one["orchestrator"].log())
    assert seconds < 3 * SLOW, "with an open circuit the answer comes at once"
