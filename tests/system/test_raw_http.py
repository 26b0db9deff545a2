"""Requests that no client library sends: wrong lengths, bodies nobody asked for, odd methods.

Any of them made libwebsockets 4.1 spin for ever once, deaf to everybody: what is asked here is only that
somebody else is still served afterwards.
"""
import itertools
import socket

import pytest

METHODS = ("GET", "POST", "DELETE", "OPTIONS", "PUT")
BODIES = (b"", b"{}", b"x" * 5000, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
PATHS = {"gateway": ("/", "/agui", "/threads/x", "/runs/x/abort", "/nothing"), "understudy": ("/v1/responses", "/v1/models", "/nothing")}


def lengths(body):
    return (len(body), len(body) + 5, max(0, len(body) - 1), 99999999999, -1, None, "abc")


def send(port, data, cut):
    """DATA in two pieces; what comes back within a moment is not looked at."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.settimeout(0.003)
        try:
            connection.sendall(data[:cut])
            connection.sendall(data[cut:])
            connection.recv(65536)
        except OSError:
            pass


def is_served(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return connection.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["gateway", "understudy"])
def test_whatever_is_sent_others_are_served(ensemble, name):
    daemon = ensemble.gateway(wait=True) if name == "gateway" else ensemble.start("understudy", "--port", 0)
    port = daemon.port()
    for number, (method, path, body) in enumerate(itertools.product(METHODS, PATHS[name], BODIES)):
        for length in lengths(body):
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n" + (f"Content-Length: {length}\r\n" if length is not None else "") + "\r\n"
            send(port, head.encode() + body, len(head) if number % 2 else len(head) + len(body))
        assert is_served(port), f"after {method} {path} {body[:20]!r}"


def answers(port, data):
    """How many answers come to DATA before the connection is closed, and whether it is."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(data)
        got = b""
        try:
            while piece := connection.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
        except TimeoutError:
            return got.count(b"HTTP/1.1 "), "open"
    return got.count(b"HTTP/1.1 "), "closed"


@pytest.mark.parametrize("method", ["GET /healthz", "HEAD /", "OPTIONS /agui", "DELETE /threads/x", "POST /agui"])
@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Length: +4",
                                    "Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 0\r\nContent-Length: 38",
                                    "Content-Length: 0x10"])
def test_what_a_proxy_may_hold_for_a_body_is_no_second_request(ensemble, fake, method, length):
    port = ensemble.gateway().port()
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    head = f"{method} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode()
    assert answers(port, head + smuggled) == (1, "closed")
    assert answers(port, head + b"24\r\n" + smuggled + b"\r\n0\r\n\r\n") == (1, "closed")
