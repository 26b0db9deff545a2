"""docker compose up, a question, the wardrobe restarted, a question again."""
import os
import subprocess

import pytest
import requests
from conftest import ROOT, ask, assert_answered, run, wait_until

PROJECT = "ensemble-test"


@pytest.fixture(scope="module")
def system(engine):
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ENSEMBLE_PORT": str(port)}
    for name in list(environment):
        if name.startswith(("MODEL_", "EMBEDDING_")):
            del environment[name]
    compose = ["docker", "compose", "-p", PROJECT]
    try:
        run(*compose, "up", "--build", "-d", env=environment, timeout=1200)
        wait_until(lambda: requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200, 90, "/readyz says yes")
        yield port, compose, environment
    finally:
        logs = subprocess.run([*compose, "logs", "--no-color", "--tail", "40"], cwd=ROOT, env=environment, text=True, capture_output=True)
        print(logs.stdout[-8000:])
        subprocess.run([*compose, "down", "-v", "--timeout", "15"], cwd=ROOT, env=environment, capture_output=True)


def test_a_question_is_answered_through_compose(system):
    port, _, _ = system
    assert_answered(ask(port))


def test_every_service_is_healthy(system):
    _, compose, environment = system

    def healthy():
        states = run(*compose, "ps", "--format", "{{.Service}} {{.Health}}", env=environment).split("\n")
        return len([s for s in states if s.endswith(" healthy")]) >= 6

    wait_until(healthy, 60, "six services are healthy")


@pytest.mark.parametrize("service", ["wardrobe", "orchestrator"])
def test_a_service_is_restarted_and_questions_are_answered(system, service):
    port, compose, environment = system
    run(*compose, "restart", service, env=environment)
    assert_answered(ask(port))


def test_nothing_may_be_written_or_become_more(system):
    _, compose, environment = system
    look = "touch /app/x 2>/dev/null && echo written; grep -E 'CapEff|NoNewPrivs' /proc/self/status"
    for service in ("gateway", "orchestrator", "wardrobe", "understudy"):
        assert run(*compose, "exec", "-T", service, "sh", "-c", look, env=environment).split() == [
            "CapEff:", "0000000000000000", "NoNewPrivs:", "1"]


def test_nothing_runs_as_root(system):
    _, compose, environment = system
    for service in ("gateway", "orchestrator", "wardrobe"):
        assert run(*compose, "exec", "-T", service, "id", "-u", env=environment).strip() == "10001"
