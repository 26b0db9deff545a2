#!/usr/bin/python3
"""idle.py [--clients 10000]: what idle WebSockets cost a gateway, and what they do to one that is not idle.

The busy client sends a frame that is refused by the gateway itself, so that nothing but the gateway is
measured: alone, then beside all the idle ones, in one run. The last line is JSON.
"""
import argparse
import json
import pathlib
import resource
import socket
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))
from daemons import Ensemble  # noqa: E402

HANDSHAKE = ("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
ROUNDS = 3000


def connect(port, number=0):
    """A WebSocket; from another loopback address for every 20,000, since each has so many ports."""
    client = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.0.{2 + number // 20000}", 0))
    client.sendall((HANDSHAKE % port).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101"), answer[:80]
    return client


def round_trips(client):
    """Microseconds of ROUNDS refused frames."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    frame, times = b"\x81\x82\0\0\0\0[]", []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        client.sendall(frame)
        while b"RUN_ERROR" not in client.recv(4096):
            pass  # a heartbeat
        times.append((time.perf_counter() - begun) * 1e6)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clients", type=int, default=10000)
    count = arguments.parse_args().clients
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ensemble = Ensemble()
    try:
        gateway = ensemble.gateway("--max-clients", count + 100)
        busy = connect(gateway.port())
        round_trips(busy)
        alone, alone_99 = round_trips(busy)
        before = gateway.memory_kib()
        idle = [connect(gateway.port(), number) for number in range(count)]
        after = gateway.memory_kib()
        beside, beside_99 = round_trips(busy)
        del idle
    finally:
        wrong = ensemble.close()
        ensemble.remove()
        if wrong:
            print("; ".join(wrong), file=sys.stderr)
    print(json.dumps({"clients": count, "kib_per_client": round((after - before) / count, 2), "rtt_p50_us": round(alone, 1),
                      "rtt_p50_us_beside_idle": round(beside, 1), "rtt_ratio": round(beside / alone, 2),
                      "rtt_p99_us": round(alone_99, 1), "rtt_p99_us_beside_idle": round(beside_99, 1)}))


if __name__ == "__main__":
    main()
