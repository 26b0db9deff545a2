"""Containers of this project, on the engine that ../shared/bin/docker-engine makes of a bare Debian machine."""
import json
import os
import pathlib
import socket
import subprocess
import time
import uuid

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = ROOT.parent / "shared" / "bin" / "docker-engine"
QUESTION = "I need something for a beach wedding in July, under 200 dollars, I'm an M"


def run(*command, timeout=900, check=True, **more):
    """Run COMMAND at the project's root; its output is shown when it fails."""
    done = subprocess.run(command, cwd=ROOT, timeout=timeout, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if check and done.returncode != 0:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


@pytest.fixture(scope="session")
def engine():
    if not ENGINE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("../shared/bin/docker-engine is missing")
        pytest.skip("skipped: no ../shared/bin/docker-engine")
    if os.geteuid() != 0:
        pytest.skip("skipped: the engine needs root")
    run(str(ENGINE))


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    pytest.fail(f"not within {seconds} s: {what}")


def ask(port, question=QUESTION):
    """Ask over POST /agui; the run's events."""
    body = {"threadId": str(uuid.uuid4()), "runId": str(uuid.uuid4()), "tools": [], "context": [], "state": {}, "forwardedProps": {},
            "messages": [{"id": str(uuid.uuid4()), "role": "user", "content": question}]}
    events = []
    with requests.post(f"http://127.0.0.1:{port}/agui", json=body, stream=True, timeout=60,
                       headers={"accept": "text/event-stream"}) as answer:
        assert answer.status_code == 200, answer.text
        for line in answer.iter_lines():
            if line.startswith(b"data:"):
                events.append(json.loads(line[5:]))
    return events


def assert_answered(events):
    """The run ended well, with words and with products of the sample shop."""
    assert events[0]["type"] == "RUN_STARTED", events[0]
    assert events[-1]["type"] == "RUN_FINISHED", events[-1]
    words = "".join(e["delta"] for e in events if e["type"] == "TEXT_MESSAGE_CONTENT")
    results = [json.loads(e["content"]) for e in events if e["type"] == "TOOL_CALL_RESULT"]
    products = [p for r in results for p in r.get("products", [])]
    assert len(words) > 100 and len(products) >= 4, (words, results)
