#!/usr/bin/env python3
"""failover.py [--kills N]: a worker is killed with 50 requests in its hands. How long until all of them are
with another copy, and how long until a raw socket pair, held by the same process, says that it is dead?

The orchestrator and the killed psychologist are the real daemons; the other copy is a peer of this program
that writes down when what reaches it. The model's server is a socket that never answers. The last line is
JSON."""
import argparse
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

import zmq  # noqa: E402

from bus_peers import Gateway, encode  # noqa: E402
from daemons import TOP, Ensemble, binary, wait_until  # noqa: E402

REQUESTS = 50

# Waits for the end of file at a descriptor, and says when it came.
WATCHER = """
import os, sys, time
os.write(1, b"x")
os.read(int(sys.argv[1]), 1)
at = time.monotonic_ns()
os.write(1, b"%d" % at)
"""


class OtherCopy:
    """A psychologist that takes nothing until it is told to, and notes when each request comes."""

    def __init__(self, state):
        self.name = uuid.uuid4().hex
        self.endpoint = f"ipc://{state}/bus/orchestrator"
        self.wants, self.capacity = None, 0
        self.came = []
        threading.Thread(target=self.serve, daemon=True).start()

    def hello(self, again):
        return encode("HELLO", role="psychologist", name=self.name, version=1, capacity=self.capacity, again=again)

    def serve(self):
        link = zmq.Context().socket(zmq.DEALER)
        link.setsockopt(zmq.LINGER, 0)
        link.setsockopt(zmq.ROUTING_ID, uuid.uuid4().bytes)
        link.connect(self.endpoint)
        link.send_multipart(self.hello(0))
        beat = time.monotonic()
        while True:
            if self.wants is not None:
                self.capacity, self.wants = self.wants, None
                link.send_multipart(self.hello(1))
            if time.monotonic() - beat > 0.5:
                link.send_multipart(encode("BEAT", load=0))
                beat = time.monotonic()
            if link.poll(5):
                kind = link.recv_multipart()[0]
                if kind == b"ASSESS\0":
                    self.came.append(time.monotonic_ns())


class Victim:
    """A real psychologist, with one end of a socket pair that a watcher holds the other end of."""

    def __init__(self, ensemble, env):
        here, there = socket.socketpair()
        self.log = open(f"{ensemble.state}/victims.log", "ab")
        self.process = subprocess.Popen([str(binary("psychologist")), "--state-dir", ensemble.state, "--capacity", "64"],
                                        cwd=TOP, env={"PATH": os.environ["PATH"], **env}, stderr=self.log,
                                        pass_fds=[there.fileno()])
        there.close()
        self.watcher = subprocess.Popen([sys.executable, "-c", WATCHER, str(here.fileno())], pass_fds=[here.fileno()],
                                        stdout=subprocess.PIPE)
        here.close()
        assert self.watcher.stdout.read(1) == b"x"

    def kill(self):
        """Returns when it was done, in nanoseconds."""
        at = time.monotonic_ns()
        os.kill(self.process.pid, signal.SIGKILL)
        return at

    def noticed(self):
        """When the watcher saw its end."""
        at = int(self.watcher.stdout.read())
        self.watcher.wait()
        self.process.wait()
        self.log.close()
        return at


def in_hand(model_port):
    """How many requests a worker has at the model: connections that are established."""
    tcp = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[2].endswith(f":{model_port:04X}") and line.split()[3] == "01" for line in tcp)


def empty(server):
    """Take what the dead have left in the queue of the model's socket."""
    server.setblocking(False)
    try:
        while True:
            server.accept()[0].close()
    except BlockingIOError:
        pass


def one_kill(ensemble, gateway, other, env, model_port):
    """Milliseconds until all was with the other copy, and until the raw socket pair told."""
    other.wants = 0
    wait_until(lambda: other.wants is None)
    time.sleep(0.1)  # until the orchestrator has read it, too
    victim = Victim(ensemble, env)
    runs = [uuid.uuid4().hex for _ in range(REQUESTS)]
    for run in runs:
        gateway.query("a linen shirt", thread=run, run_id=run)
    if not wait_until(lambda: in_hand(model_port) >= REQUESTS, 20):
        victim.kill()
        raise AssertionError("the victim was not given all")
    other.wants = 2 * REQUESTS
    wait_until(lambda: other.wants is None)
    time.sleep(0.1)
    assert not other.came, "the other copy was asked before the kill"
    killed = victim.kill()
    assert wait_until(lambda: len(other.came) >= REQUESTS, 10, 0.001), f"only {len(other.came)} came"
    last, raw = max(other.came), victim.noticed()
    for run in runs:
        gateway.say("ABORT", owner="someone", run_id=run, request=0)
    wait_until(lambda: sum(m["kind"] == "EVENT" and m["last"] == 1 for m in gateway.received) >= REQUESTS, 10, 0.005)
    gateway.received.clear()
    other.came.clear()
    return (last - killed) / 1e6, (raw - killed) / 1e6


def percentile(values, share):
    values = sorted(values)
    return round(values[min(len(values) - 1, int(len(values) * share))], 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=60)
    kills = parser.parse_args().kills
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(1024)
    port = silent.getsockname()[1]
    env = {"MODEL_URL": f"http://127.0.0.1:{port}/v1", "MODEL_KEY": "none"}
    ensemble = Ensemble()
    try:
        ensemble.start("orchestrator", "--assess-wait-ms", 60000, "--assess-ms", 60000, "--lookup-ms", 60000, env=env)
        gateway, other = Gateway(ensemble.state), OtherCopy(ensemble.state)
        times = []
        for _ in range(kills):
            times.append(one_kill(ensemble, gateway, other, env, port))
            empty(silent)
        gateway.close()
    finally:
        ensemble.close()
        ensemble.remove()
    whole, raw = [t[0] for t in times], [t[1] for t in times]
    print(f"{kills} kills of a worker with {REQUESTS} requests in its hands")
    print(json.dumps({"p50_ms": percentile(whole, 0.5), "p99_ms": percentile(whole, 0.99),
                      "raw_p50_ms": percentile(raw, 0.5), "raw_p99_ms": percentile(raw, 0.99)}))


if __name__ == "__main__":
    main()
