"""Orchestrators behind one DNS name, asked again as it changes: real daemons and a real resolver in a network of
their own, each orchestrator at an address of it, CURVE between them."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
import zmq

from daemons import SLOW, TOP, Ensemble, binary, wait_until

NAME, PORT = "orchestrator.test", 9000
QUESTION = "a linen shirt for a beach wedding, I'm an M"


class Network:
    """A network and a /etc of its own, with a DNS server that says what a test says."""

    def __init__(self, folder):
        is_root = os.geteuid() == 0
        self.server = subprocess.Popen(["unshare", "-mn" if is_root else "-rmn", sys.executable,
                                        str(pathlib.Path(__file__).with_name("name_server.py")), NAME, str(folder)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.server.stdout.readline() != "ready\n":
            pytest.skip(f"skipped: no network namespace here: {self.server.stderr.read().strip()[-200:]}")
        self.enter = ["nsenter", "-t", str(self.server.pid), "-m", "-n", *([] if is_root else ["-U", "--preserve-credentials"]),
                      f"--wd={TOP}", "--"]

    def says(self, *answer):
        self.server.stdin.write(" ".join(answer) + "\n")
        self.server.stdin.flush()
        assert self.server.stdout.readline() == "ok\n"

    def close(self):
        self.server.stdin.close()
        self.server.wait()


class Cluster(Ensemble):
    """Orchestrators at 127.0.0.2, .3, ... of a network of their own; everyone else finds them by their name."""

    def __init__(self):
        super().__init__()
        self.network = Network(self.state)
        public, secret = (k.decode() for k in zmq.curve_keypair())
        known, ours = (k.decode() for k in zmq.curve_keypair())
        keys = pathlib.Path(self.state) / "keys"
        keys.mkdir()
        (keys / "all.pub").write_text(known)
        self.of_orchestrators = {"BUS_SECRET_KEY": secret, "BUS_KNOWN_KEYS": str(keys)}
        self.env = {"BUS_SECRET_KEY": ours, "BUS_SERVER_KEY": public, "BUS_RESOLVE_MS": "100",
                    "ENSEMBLE_BUS": f"tcp://{NAME}:{PORT}", "CLIENT_QUERIES": "0"}

    def start(self, name, *arguments, env=None, label=None, wait=True):
        daemon = super().start(name, *arguments, env=env, label=label, wait=False, enter=self.network.enter)
        if wait:
            daemon.wait_for_log(r"\bready\b", 30)
        return daemon

    def orchestrator(self, last, store=None):
        """One at 127.0.0.LAST, with a store of its own."""
        return self.start("orchestrator", "--bus", f"tcp://127.0.0.{last}:{PORT}", "--store", store or f"store-{last}.sqlite",
                          env=self.of_orchestrators, label=f"orchestrator-{last}-{len(self.daemons)}")

    def up(self, catalogue, *understudy):
        shutil.copy(catalogue, pathlib.Path(self.state) / "catalogue.sqlite")
        understudy = self.start("understudy", "--port", 0, "--first-token-ms", 0, "--tokens-per-second", *(understudy or (0,)))
        self.env.update(MODEL_URL=f"http://127.0.0.1:{understudy.port()}/v1", MODEL_KEY="understudy")
        self.others = [self.start(name) for name in ("psychologist", "extractor", "wardrobe")]
        self.door = self.start("gateway", "--port", 0)
        self.others.append(self.door)
        return self

    def ask(self, seconds=20):
        """A question through the gateway; how long it took, in seconds."""
        began = time.monotonic()
        done = subprocess.run([*self.network.enter, str(binary("gateway")), "ask", "--port", str(self.door.port()), QUESTION],
                              text=True, capture_output=True, timeout=seconds * SLOW)
        assert done.returncode == 0 and "the look, " in done.stdout, done.stdout + done.stderr + self.logs()
        return time.monotonic() - began

    def close(self):
        wrong = super().close()
        self.network.close()
        return wrong


def assert_led(*orchestrators):
    """Each of (orchestrator, runs) has led so many runs to their end."""
    def counts():
        return [(o.label, len(re.findall(r" run=\S+ outcome=finished", o.log()))) for o, _ in orchestrators]
    assert wait_until(lambda: [c for _, c in counts()] == [runs for _, runs in orchestrators]), counts()


def peers_of(daemon):
    """How many orchestrators DAEMON has."""
    log = daemon.log()
    return log.count("joined: orchestrator") - log.count("gone: orchestrator")


def all_have(cluster, count):
    assert wait_until(lambda: all(peers_of(d) == count for d in cluster.others)), [peers_of(d) for d in cluster.others]


@pytest.fixture
def cluster(sample_catalogue, request):
    c = Cluster()
    try:
        yield c.up(sample_catalogue, *getattr(request, "param", ()))
    finally:
        wrong = c.close()
        logs = c.logs() if wrong else ""
        c.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


def test_every_orchestrator_of_the_name_is_used(cluster):
    cluster.network.says("127.0.0.2", "127.0.0.3", "127.0.0.9")  # nobody was ever at the last
    one, two = cluster.orchestrator(2), cluster.orchestrator(3)
    all_have(cluster, 2)
    took = [cluster.ask() for _ in range(6)]
    assert_led((one, 3), (two, 3))
    assert max(took) < 5 * SLOW, took  # none was given to who does not answer


def test_the_name_changes_under_questions(cluster):
    cluster.network.says("127.0.0.2")
    one = cluster.orchestrator(2)
    all_have(cluster, 1)
    cluster.ask()
    cluster.network.says("127.0.0.2", "127.0.0.3")
    two = cluster.orchestrator(3)
    all_have(cluster, 2)
    cluster.network.says("127.0.0.3")  # the first is on its way out, and is used until it is gone
    time.sleep(0.5)
    all_have(cluster, 2)
    cluster.ask(), cluster.ask()
    assert_led((one, 2), (two, 1))
    one.signal(signal.SIGTERM)
    cluster.ask()
    assert one.wait() == 0
    all_have(cluster, 1)
    for daemon in cluster.others:
        daemon.wait_for_log("127.0.0.2:9000 no more")
    cluster.network.says("127.0.0.4")
    two.kill()
    cluster.orchestrator(4)
    cluster.ask()
    all_have(cluster, 1)


@pytest.mark.parametrize("how", ["!servfail", "!nxdomain", "!silent"])
def test_a_dns_server_that_fails_takes_nothing_away(cluster, how):
    cluster.network.says("127.0.0.2", "127.0.0.3")
    one, two = cluster.orchestrator(2), cluster.orchestrator(3)
    all_have(cluster, 2)
    cluster.network.says(how)
    for daemon in cluster.others:
        daemon.wait_for_log("can't be resolved")
        assert daemon.log().count("can't be resolved") == 1
    took = [cluster.ask() for _ in range(4)]
    assert_led((one, 2), (two, 2))
    assert max(took) < 5 * SLOW, took  # while the resolver waits, the loop does not
    two.kill()
    assert wait_until(lambda: peers_of(cluster.door) == 1)
    cluster.ask()
    cluster.orchestrator(3)  # and who comes back to its address is found there
    all_have(cluster, 2)
    cluster.network.says("127.0.0.2", "127.0.0.3")
    for daemon in cluster.others:
        daemon.wait_for_log("is resolved")


def test_who_starts_before_the_name_exists_finds_it(cluster):
    for daemon in cluster.others:
        daemon.wait_for_log("can't be resolved")
    cluster.orchestrator(2)
    cluster.network.says("127.0.0.2")
    all_have(cluster, 1)
    cluster.ask()


@pytest.mark.parametrize("cluster", [(60,)], indirect=True)  # tokens a second: an answer takes some seconds
def test_an_orchestrator_dies_and_its_answer_goes_on_with_another_of_the_name(cluster, postgres):
    cluster.of_orchestrators["LEASE_MS"] = str(1000 * SLOW)
    store = postgres.catalogue()
    leaders = f"SET search_path = shop{postgres.schemas}; SELECT o.name FROM runs r JOIN orchestrators o ON o.id = r.orchestrator WHERE r.state < 2"
    cluster.network.says("127.0.0.2", "127.0.0.3")
    both = [cluster.orchestrator(last, store) for last in (2, 3)]
    all_have(cluster, 2)
    ended = []
    asking = threading.Thread(target=lambda: ended.append(cluster.ask(40)))
    asking.start()
    leader = wait_until(lambda: postgres.sql(leaders))[0][0]
    time.sleep(0.5)  # in the middle of its words
    assert asking.is_alive()
    both.sort(key=lambda o: f"name={leader} " not in o.log())
    both[0].kill()
    cluster.network.says(re.search(r"127\.0\.0\.\d", " ".join(both[1].arguments))[0])
    asking.join()
    assert ended, cluster.logs()
    cluster.ask(40)
    assert_led((both[0], 0), (both[1], 2))
