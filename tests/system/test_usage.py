"""What the models cost: in a run's last event, in the orchestrator's log, and in the gateway's figures; and the prices,
which an operator edits while all of it runs."""
import json
import re
import signal

import pytest
import requests

from client import Client
from daemons import SLOW, Whole, wait_until

QUESTION = "I need something for a beach wedding in July, under 200 dollars, I'm an M"


def prices(dollars):
    return json.dumps({"models": {name: {"input": dollars, "output": dollars} for name in ("gpt-6-luna", "gpt-6.1-terra")}})


@pytest.fixture(scope="module")
def shop(sample_catalogue, tmp_path_factory):
    file = tmp_path_factory.mktemp("prices") / "prices.json"
    file.write_text(prices(1.0))
    s = Whole({"MODEL_PRICES": str(file), "BEAT_MS": str(200 * SLOW)}).up(sample_catalogue)
    s.prices = file
    yield s
    wrong = s.close()
    logs = s.logs() if wrong else ""
    s.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


def ask(shop):
    """A run's tokens, its cost as it says, and as its line in the log says."""
    with Client(shop.url, timeout=30) as client:
        last = client.ask(QUESTION)[-1]
    assert last["type"] == "RUN_FINISHED", last
    shop.runs = getattr(shop, "runs", 0) + 1

    def logged():
        return re.findall(r" outcome=.* cost=([0-9.]+)", shop.one["orchestrator"].log())
    assert wait_until(lambda: len(logged()) == shop.runs)
    for entry in last["usage"]:
        assert entry["inputTokens"] > 0 and entry["totalTokens"] == entry["inputTokens"] + entry["outputTokens"]
    return sum(entry["totalTokens"] for entry in last["usage"]), last["result"]["cost"], float(logged()[-1])


def figures(shop, name, daemon):
    """The sum of a metric over its labels, of one daemon."""
    text = requests.get(shop.http + "/metrics").text
    found = re.findall(rf'^{name}{{daemon="{daemon}",[^}}]*}} (\S+)$', text, re.M)
    return sum(map(float, found))


def reload(shop, text, said):
    shop.prices.write_text(text)
    for name in ("orchestrator", "psychologist", "extractor"):
        before = shop.one[name].log().count(said)
        shop.one[name].signal(signal.SIGHUP)
        assert wait_until(lambda: shop.one[name].log().count(said) > before), name


def test_a_run_says_what_it_cost_everywhere(shop):
    tokens, cost, logged = ask(shop)
    assert cost == pytest.approx(tokens / 1e6) and logged == pytest.approx(cost, abs=1e-6)

    def everywhere(name):
        return sum(figures(shop, name, daemon) for daemon in ("orchestrator", "psychologist", "extractor"))
    assert wait_until(lambda: everywhere("ensemble_model_dollars_total") == pytest.approx(cost), seconds=10 * SLOW)
    assert everywhere("ensemble_model_tokens_total") == tokens
    assert all(figures(shop, "ensemble_model_calls_total", daemon) > 0 for daemon in ("orchestrator", "psychologist", "extractor"))


def test_the_figures_of_all_daemons_are_one_text(shop):
    ask(shop)
    assert wait_until(lambda: figures(shop, "ensemble_model_calls_total", "extractor"), seconds=10 * SLOW)
    text = requests.get(shop.http + "/metrics").text
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(names) == len(set(names)) and "ensemble_clients" in names


def test_prices_are_read_again_and_broken_ones_keep_the_old(shop):
    reload(shop, prices(2.0), "options read again")
    tokens, cost, _ = ask(shop)
    assert cost == pytest.approx(2 * tokens / 1e6)
    reload(shop, '{"models": {', "the old prices stay")
    tokens, cost, _ = ask(shop)
    assert cost == pytest.approx(2 * tokens / 1e6)
    reload(shop, prices(1.0), "options read again")
