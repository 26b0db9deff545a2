"""compose.yaml and swarm.yaml on a Swarm of one machine: questions are asked while workers, gateways and the
orchestrator come and go."""
import contextlib
import os
import re
import subprocess
import threading
import time

import pytest
import requests
from conftest import ROOT, ask, assert_answered, run, wait_until

STACK = "ensemble-swarm-test"


def docker(*arguments, **more):
    return run("docker", *arguments, **more).strip()


def containers(service):
    return docker("ps", "-q", "-f", f"name={STACK}_{service}").split()


def ports():
    """Of the gateways that take questions: what a balancer before them would know."""
    found = []
    for container in containers("gateway"):
        match = re.search(r"0\.0\.0\.0:(\d+)", docker("port", container, check=False))
        with contextlib.suppress(requests.RequestException):
            if match and requests.get(f"http://127.0.0.1:{match[1]}/readyz", timeout=2).status_code == 200:
                found.append(int(match[1]))
    return found


def all_are_there():
    """A task counts when it is healthy, and its name has an address then."""
    counts = docker("stack", "services", "--format", "{{.Replicas}}", STACK).split()
    return len(counts) == 6 and all(there == wanted for there, wanted in (c.split("/") for c in counts))


def scale(**replicas):
    docker("service", "scale", "--detach=true", *(f"{STACK}_{service}={count}" for service, count in replicas.items()))
    for service, count in replicas.items():
        wait_until(lambda: len(containers(service)) == count, 60, f"{count} of {service}")
    if "gateway" in replicas:
        wait_until(lambda: len(ports()) == replicas["gateway"], 30, "gateways are ready")


@pytest.fixture(scope="module")
def swarm(engine, tmp_path_factory):
    began = docker("info", "--format", "{{.Swarm.LocalNodeState}}") == "inactive"
    if began:
        docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    try:
        node = docker("node", "ls", "-q")
        if len(node.split()) != 1:
            pytest.skip("skipped: this machine is one of several of a Swarm")
        docker("node", "update", "--label-add", "ensemble.store=yes", node)
        yield tmp_path_factory.mktemp("swarm")
    finally:
        if began:
            docker("swarm", "leave", "--force", check=False)


@pytest.fixture(scope="module")
def stack(swarm):
    keys = swarm / "keys"
    run("./ensemble", "keys", str(keys))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MODEL_", "EMBEDDING_"))}
    environment = {**plain, "ENSEMBLE_KEYS": str(keys), "BUS_SERVER_KEY": (keys / "orchestrator.pub").read_text(),
                   "ENSEMBLE_PORT": "0", "CLIENT_QUERIES": "0"}  # a free port for each gateway
    run("docker", "compose", "build", "gateway", env=environment, timeout=1200)
    try:
        run("docker", "stack", "deploy", "-c", "compose.yaml", "-c", "swarm.yaml", "--resolve-image", "never", STACK, env=environment)
        wait_until(all_are_there, 90, "every service has its copies")
        wait_until(lambda: len(ports()) == 2, 30, "two gateways are ready")
        yield
    finally:
        for service in ("gateway", "orchestrator", "extractor"):
            logs = subprocess.run(["docker", "service", "logs", "--tail", "20", f"{STACK}_{service}"], cwd=ROOT, text=True, capture_output=True)
            print(logs.stdout[-4000:])
        docker("stack", "rm", STACK, check=False)
        wait_until(lambda: not containers(""), 60, "the stack is gone")
        wait_until(lambda: docker("volume", "rm", "-f", f"{STACK}_state", check=False) == f"{STACK}_state", 30, "the volume is gone")


class Asker(threading.Thread):
    """Questions without a pause, to the gateways in turn."""

    def __init__(self):
        super().__init__()
        self.over, self.answers, self.longest, self.wrong = threading.Event(), 0, 0, None

    def run(self):
        try:
            while not self.over.is_set():
                began = time.monotonic()
                assert_answered(self.ask())
                self.longest = max(self.longest, time.monotonic() - began)
                self.answers += 1
        except BaseException as wrong:
            self.wrong = wrong

    def ask(self):
        for _ in range(20):
            for port in sorted(ports(), key=lambda p: (p + self.answers) % 3):
                with contextlib.suppress(requests.ConnectionError):  # it has gone meanwhile
                    return ask(port)
            time.sleep(0.5)
        raise AssertionError("no gateway takes a question")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        print(f"{self.answers} answers, the longest after {self.longest:.1f} s")
        if self.wrong:
            raise self.wrong


def test_every_gateway_answers(stack):
    for port in ports():
        assert_answered(ask(port))


def test_workers_and_gateways_are_scaled_under_questions(stack):
    with Asker() as asker:
        scale(extractor=4, gateway=3, wardrobe=3)
        before = asker.answers
        wait_until(lambda: asker.wrong or asker.answers > before + 3, 30, "questions are answered")
        scale(extractor=1, gateway=1, wardrobe=1, psychologist=1)
        before = asker.answers
        wait_until(lambda: asker.wrong or asker.answers > before + 3, 30, "questions are answered")


def test_the_orchestrator_is_replaced_under_questions(stack):
    old = containers("orchestrator")
    with Asker() as asker:
        docker("service", "update", "--force", "--detach=true", f"{STACK}_orchestrator")
        wait_until(lambda: containers("orchestrator") not in (old, []), 60, "another orchestrator")
        before = asker.answers
        wait_until(lambda: asker.wrong or asker.answers > before + 2, 30, "questions are answered")
