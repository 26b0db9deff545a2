"""The rules of reference/stack-notes.md section 8 that concern the gateway."""
import concurrent.futures
import json
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest
import requests
import websocket

from client import Client, insecure
from daemons import SLOW, VARIANT, wait_until

UPGRADE = ("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {token}\r\n"
           "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    return folder


@pytest.fixture(params=["plain", "tls"])
def either(request, ensemble, fake, certificate):
    """A gateway, plain and with TLS."""
    tls = ("--tls-cert", certificate / "cert.pem", "--tls-key", certificate / "key.pem")
    daemon = ensemble.gateway(*(tls if request.param == "tls" else ()))
    daemon.tls = request.param == "tls"
    if daemon.tls:
        daemon.url = daemon.url.replace("ws:", "wss:")
    fake.wait_for_peer()
    return daemon


def connect(daemon, alpn=None):
    s = socket.create_connection(("127.0.0.1", daemon.port()), timeout=5 * SLOW)
    if not daemon.tls:
        return s
    context = insecure()
    if alpn:
        context.set_alpn_protocols(alpn)
    return context.wrap_socket(s, server_hostname="localhost")


def answer(s):
    data = b""
    try:
        while part := s.recv(4096):
            data += part
    except (ConnectionError, TimeoutError, ssl.SSLError):
        pass
    return data


# -- 1: HTTP/2 and odd upgrades --------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["h2c", "foo", "h2", "websocket2", "WEBSOCKET, h2c"])
@pytest.mark.parametrize("path", ["/", "/ws"])
def test_odd_upgrades_are_refused(either, token, path):
    with connect(either) as s:
        s.settimeout(1 * SLOW)
        s.sendall(UPGRADE.format(token=token, path=path).encode())
        assert b" 101 " not in answer(s)[:40]
    assert Client(either.url).ws.connected


def test_http2_is_not_negotiated(ensemble, fake, certificate):
    daemon = ensemble.gateway("--tls-cert", certificate / "cert.pem", "--tls-key", certificate / "key.pem")
    daemon.tls = True
    with connect(daemon, ["h2", "http/1.1"]) as s:
        assert s.selected_alpn_protocol() == "http/1.1"
    try:
        with connect(daemon, ["h2"]) as s:
            assert s.selected_alpn_protocol() is None
    except ssl.SSLError:
        pass
    with connect(daemon) as s:  # HTTP/2 with prior knowledge
        s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert not answer(s).startswith(b"\x00\x00")


def test_old_tls_is_refused(ensemble, certificate):
    daemon = ensemble.gateway("--tls-cert", certificate / "cert.pem", "--tls-key", certificate / "key.pem")
    context = insecure()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port())), server_hostname="localhost")


# -- 2: subprotocols and origins -------------------------------------------------------------------------


def test_without_a_subprotocol_a_client_reaches_the_websocket(either, fake):
    fake.answer_queries()
    with Client(either.url) as client:
        assert client.ws.getsubprotocol() is None
        assert client.ask("x")[-1]["type"] == "RUN_FINISHED"


def test_our_subprotocol_is_confirmed(either, fake):
    fake.answer_queries()
    for offered in (["ensemble"], ["something", "ensemble"]):
        with Client(either.url, subprotocols=offered) as client:
            assert client.ws.getsubprotocol() == "ensemble"
            client.ask("x")


def test_an_unknown_subprotocol_is_refused(either):
    for offered in (["foo"], ["foo", "bar"]):
        with pytest.raises((websocket.WebSocketException, ConnectionError)):
            Client(either.url, subprotocols=offered)


def test_a_bad_origin_is_refused(either):
    with pytest.raises(websocket.WebSocketException):
        Client(either.url, origin="https://evil.example")


def test_websockets_are_at_one_address(either):
    with pytest.raises(websocket.WebSocketException):
        Client(either.url.replace("/ws", "/other"))


# -- 3: a burst starves nobody ---------------------------------------------------------------------------


def test_a_burst_of_frames_starves_nobody(either, fake):
    fake.answer_queries()
    burst = json.dumps({"type": "abort", "runId": "x", "filler": "y" * 2000})
    with Client(either.url) as loud, Client(either.url) as quiet:
        quiet.ask("warm up")
        for _ in range(300):
            loud.send(burst)
        begin = time.monotonic()
        quiet.ask("x")
        took = time.monotonic() - begin
        assert wait_until(lambda: fake.count("ABORT") == 300), fake.count("ABORT")
        loud.ask("still served")
    assert took < 2 * SLOW  # a server in the endless loop of lws issue 2360 never answers; the time is the bench's


# -- 5: a client that never reads ------------------------------------------------------------------------


def test_a_client_that_never_reads_is_bounded_and_closed_1013(ensemble, fake):
    gateway = ensemble.gateway("--client-buffer", 200000)
    fake.wait_for_peer()
    sockopt = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    with Client(gateway.url, check=False, sockopt=sockopt) as client:
        client.begin("x", run_id="r1")
        route, query = fake.expect("QUERY")
        fake.event(route, query["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
        client.event()
        before = gateway.memory_kib()
        for offset in range(2, 3002):  # 30 MB
            fake.event(route, query["stream"], {"type": "CUSTOM", "name": "x", "value": "y" * 10000}, offset)
        gateway.wait_for_log("slow client", 20)
        if VARIANT != "asan":  # which keeps what was freed
            assert gateway.memory_kib() - before < 12000
        assert client.closed() == 1013
    fake.expect("DETACH")
    fake.scripts["ATTACH"] = lambda f, r, m: f.event(r, m["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 3002, 1)
    with Client(gateway.url, run_id="r1", offset=3001) as again:
        assert again.event()[1]["type"] == "RUN_FINISHED"


def test_a_long_replay_is_not_slowness(either, fake):
    """2,000 events at once, 1.2 MB: a client that reads gets them all."""
    def replay(f, route, m):
        for offset in range(1, 2001):
            f.event(route, m["stream"], {"type": "CUSTOM", "name": "x", "value": "y" * 500}, offset)
        f.event(route, m["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 2001, 1)
    fake.scripts["ATTACH"] = replay
    with Client(either.url, run_id="r1", offset=-1) as client:
        assert client.closed() == 1000


def test_a_client_that_never_reads_again_is_cut_off(ensemble, fake):
    gateway = ensemble.gateway("--client-buffer", 100000)
    fake.wait_for_peer()
    client = Client(gateway.url, check=False, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    client.begin("x", run_id="r1")
    route, query = fake.expect("QUERY")
    offset = 0
    while "slow client" not in gateway.log():  # not faster than it is written, until the kernel takes no more
        for offset in range(offset + 1, offset + 11):
            fake.event(route, query["stream"], {"type": "CUSTOM", "name": "x", "value": "y" * 10000}, offset)
        time.sleep(0.02)
        assert offset < 5000
    fake.expect("DETACH", 25)


# -- 6: SIGTERM ------------------------------------------------------------------------------------------


def test_sigterm_closes_every_client_with_1012(either, fake):
    clients = [Client(either.url) for _ in range(50)]
    either.signal(signal.SIGTERM)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        assert list(pool.map(lambda c: c.closed(), clients)) == [1012] * 50
    assert either.wait() == 0


def test_a_run_ends_before_its_client_is_sent_away(gateway, fake):
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        route, query = fake.expect("QUERY")
        fake.event(route, query["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
        client.event()
        gateway.signal(signal.SIGTERM)
        gateway.wait_for_log("draining")
        with pytest.raises(ConnectionError):
            Client(gateway.url)
        fake.event(route, query["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 2, 1)
        assert client.event()[1]["type"] == "RUN_FINISHED"
        assert client.closed() == 1012
    assert gateway.wait() == 0


def test_a_run_that_does_not_end_is_left_when_the_time_is_up(ensemble, fake):
    gateway = ensemble.gateway("--drain-ms", 1000)
    fake.wait_for_peer()
    with Client(gateway.url) as client:
        client.begin("hello", run_id="r1")
        fake.expect("QUERY")
        gateway.signal(signal.SIGTERM)
        assert client.closed() == 1012
    assert gateway.wait() == 0


# -- 13: a second instance -------------------------------------------------------------------------------


def test_a_second_gateway_on_the_port_says_so(ensemble, gateway):
    second = ensemble.start("gateway", "--port", gateway.port(), wait=False)
    assert second.wait() == 1
    second.expected = {1}
    assert re.search(rf"{gateway.port()}.*--port", second.log()), second.log()


# -- 14: deflate -----------------------------------------------------------------------------------------


def test_deflate_is_declined(either):
    offer = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
    with Client(either.url, header=offer) as client:
        assert "sec-websocket-extensions" not in client.ws.getheaders()


# -- and the rest ----------------------------------------------------------------------------------------


def test_more_clients_than_there_may_be_are_turned_away(ensemble, fake):
    gateway = ensemble.gateway("--max-clients", 3)
    clients = [Client(gateway.url) for _ in range(3)]
    with pytest.raises((websocket.WebSocketException, ConnectionError)):
        Client(gateway.url)
    clients[0].ws.shutdown()
    assert wait_until(lambda: comes_in(gateway))


def comes_in(gateway):
    try:
        return Client(gateway.url)
    except (websocket.WebSocketException, ConnectionError):
        return None


def first_line(port, source):
    """What a connection from SOURCE is told, and the connection."""
    connection = socket.create_connection(("127.0.0.1", port), source_address=(source, 0), timeout=10)
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection.recv(100).split(b"\r\n")[0], connection


def test_one_address_does_not_take_all_connections(ensemble, fake):
    gateway = ensemble.gateway("--client-connections", 3, env={"ENSEMBLE_PROXIES": "127.0.0.3"})
    fine, busy = b"HTTP/1.1 200 OK", b"HTTP/1.1 503 Service Unavailable"
    for source, expected in (("127.0.0.1", [fine] * 3 + [busy] * 2), ("127.0.0.2", [fine]), ("127.0.0.3", [fine] * 5)):
        got = [first_line(gateway.port(), source) for _ in expected]
        assert [line for line, _ in got] == expected
        for _, connection in got:
            connection.close()
    gateway.wait_for_log("127.0.0.1 has 3 connections")
    assert wait_until(lambda: first_line(gateway.port(), "127.0.0.1")[0] == fine)


@pytest.mark.skipif(VARIANT == "asan", reason="skipped: a sanitizer's memory is its own")
def test_an_idle_websocket_costs_little(ensemble, fake):
    gateway = ensemble.gateway()
    warm = [Client(gateway.url) for _ in range(50)]
    before = gateway.memory_kib()
    more = [Client(gateway.url) for _ in range(400)]
    each = (gateway.memory_kib() - before) / 400
    assert each < 8, f"{each:.1f} KiB"
    assert len(warm) + len(more) == 450


def test_the_certificate_is_read_again_on_sighup(ensemble, certificate):
    gateway = ensemble.gateway("--tls-cert", certificate / "cert.pem", "--tls-key", certificate / "key.pem")
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_log("certificate read again")
    assert requests.get(f"https://127.0.0.1:{gateway.port()}/healthz", verify=False).status_code == 200
