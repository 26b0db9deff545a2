"""Whatever a client sends that is not right gets RUN_ERROR with a code and a sentence, and the socket stays."""
import json
import socket
import time

import pytest
import websocket

from client import Client
from daemons import SLOW

BODY = {"threadId": "t", "runId": "r", "messages": [{"role": "user", "content": "hello"}]}


def but(**changed):
    frame = {**BODY, **changed}
    return json.dumps({k: v for k, v in frame.items() if v is not ...})


WRONG = [
    ("bad_json", "hello"), ("bad_json", ""), ("bad_json", "{"), ("bad_json", "\ufeff{}"), ("bad_json", '{"a":1} x'),
    ("bad_json", '{"query":"a","query":"b"}'), ("bad_json", '{"query":"\\ud800"}'), ("bad_json", '{"query":"a\\u0000b"}'),
    ("bad_json", "[" * 3000), ("bad_json", "3"), ("bad_json", '"text"'), ("bad_json", '{"query":1e999}'),
    ("bad_shape", "[]"), ("bad_shape", '["query"]'), ("bad_shape", '{"query":3}'), ("bad_shape", '{"query":null}'),
    ("bad_shape", but(messages="x")), ("bad_shape", but(messages={})),
    ("bad_shape", but(messages=[{"role": "user", "content": 3}])), ("bad_shape", but(messages=[{"role": "user"}])),
    ("bad_shape", but(forwardedProps=[])), ("bad_shape", but(runId=3)), ("bad_shape", but(threadId=["x"])),
    ("bad_shape", '{"type":"abort"}'), ("bad_shape", '{"type":"abort","runId":5}'),
    ("bad_id", but(runId="a b")), ("bad_id", but(runId="x" * 129)), ("bad_id", but(threadId="é")),
    ("bad_id", but(threadId='a"b')), ("bad_id", '{"type":"abort","runId":"a\\nb"}'),
    ("empty_query", but(messages=[])), ("empty_query", but(messages=[{"role": "assistant", "content": "x"}])),
    ("empty_query", but(messages=[3, None, []])), ("empty_query", '{"query":""}'), ("empty_query", '{"query":" \\n\\t "}'),
    ("empty_query", but(messages=[{"role": "user", "content": []}])),
    ("empty_query", but(messages=[{"role": "user", "content": [{"type": "image", "source": {}}]}])),
    ("query_too_long", json.dumps({"query": "x" * 4001})), ("query_too_long", but(messages=[{"role": "user", "content": "é" * 4001}])),
    ("unknown_frame", "{}"), ("unknown_frame", '{"type":"hello"}'), ("unknown_frame", '{"type":"ping"}'), ("unknown_frame", '{"type":7}'),
    ("unknown_frame", '{"runId":"r","threadId":"t"}'),
    ("bad_criteria", but(forwardedProps={"criteria": "all"})), ("bad_criteria", but(forwardedProps={"criteria": [{"op": "remove"}]})),
    ("bad_criteria", but(forwardedProps={"criteria": [3]})), ("bad_criteria", but(forwardedProps={"criteria": [{"op": "remove", "path": "/x"}] * 65})),
    ("bad_criteria", but(forwardedProps={"criteria": [{"op": "add", "path": "/x", "value": "x" * 20000}]})),
]


def test_every_wrong_frame_has_its_code_and_the_socket_stays(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        got = [(client.error(frame), frame[:60]) for _, frame in WRONG]
        assert got == [(code, frame[:60]) for code, frame in WRONG]
        assert fake.count("QUERY") == 0
        assert client.ask("and now a right one")[-1]["type"] == "RUN_FINISHED"


def test_four_thousand_characters_are_counted_as_characters(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        for text in ("x" * 4000, "é" * 4000, "😀" * 4000):
            client.ask(text)
            assert fake.expect("QUERY")[1]["said"] == text


def test_parts_are_joined(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        client.send(but(messages=[{"role": "user", "content": [{"type": "text", "text": "a hat"},
                                                              {"type": "image", "source": {"type": "url", "value": "x"}},
                                                              {"type": "text", "text": "in black"}]}]))
        client.to_end()
    assert fake.expect("QUERY")[1]["said"] == "a hat\nin black"


def test_a_binary_frame_is_refused_and_the_socket_stays(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        for payload in (b'{"query":"x"}', b"\xff\xfe" * 40000):
            client.ws.send_binary(payload)
            client.order.__init__()
            assert client.event()[1]["code"] == "binary_frame"
        client.ask("text")


def test_invalid_utf8_is_closed_1007(gateway):
    for payload in (b'{"query":"\xff"}', b"\xc0\x80", b'{"query":"\xed\xa0\x80"}'):
        client = Client(gateway.url)
        frame = websocket.ABNF(1, 0, 0, 0, websocket.ABNF.OPCODE_TEXT, 1, payload)
        client.ws.sock.sendall(frame.format())
        assert client.closed() == 1007


def frame_of(size):
    return b'{"query":"' + b"x" * (size - 12) + b'"}'


def test_a_frame_of_8_mib_is_read_and_one_byte_more_is_closed_1009(gateway):
    with Client(gateway.url) as client:
        client.ws.send(frame_of(8 << 20))
        assert client.event()[1]["code"] == "query_too_long"
        client.ws.send(frame_of((8 << 20) + 1))
        assert client.closed() == 1009


def test_a_frame_of_millions_of_values_takes_no_memory(gateway):
    before = gateway.memory_kib()
    with Client(gateway.url) as client:
        client.ws.send('{"query":[' + "{}," * ((8 << 20) // 3 - 10) + "0]}")
        assert client.event()[1]["code"] == "bad_shape"
    assert gateway.memory_kib() - before < 100_000  # 650,000 KiB when it was parsed


def test_a_frame_in_fragments_is_read_whole(gateway, fake):
    fake.answer_queries()
    text = json.dumps({"query": "é" * 1500}, ensure_ascii=False).encode()
    with Client(gateway.url) as client:
        pieces = [text[i:i + 7] for i in range(0, len(text), 7)]
        for i, piece in enumerate(pieces):
            opcode = websocket.ABNF.OPCODE_TEXT if i == 0 else websocket.ABNF.OPCODE_CONT
            client.ws.send_frame(websocket.ABNF.create_frame(piece, opcode, int(i == len(pieces) - 1)))
        client.to_end()
    assert fake.expect("QUERY")[1]["said"] == "é" * 1500


def test_fragments_without_end_are_closed_1009(ensemble, fake):
    gateway = ensemble.gateway("--frame-bytes", 100000)
    client = Client(gateway.url)
    try:
        client.ws.send_frame(websocket.ABNF.create_frame("{", websocket.ABNF.OPCODE_TEXT, 0))
        for _ in range(200):
            client.ws.send_frame(websocket.ABNF.create_frame("x" * 1000, websocket.ABNF.OPCODE_CONT, 0))
    except (ConnectionError, websocket.WebSocketException):
        pass
    assert client.closed() in (1009, 1006)


def closed_within(seconds, sock, drip):
    """Whether the other side closes within SECONDS, while DRIP comes to it every tenth of one."""
    sock.settimeout(0.1)
    until = time.monotonic() + seconds * SLOW
    while time.monotonic() < until:
        try:
            sock.sendall(drip)
            if not sock.recv(65536):
                return True
        except TimeoutError:
            pass
        except OSError:
            return True
    return False


def test_a_frame_or_body_that_takes_for_ever_ends_its_connection(ensemble, fake):
    fake.answer_queries()
    gateway = ensemble.gateway("--frame-ms", 700)
    piece = websocket.ABNF.create_frame("x", websocket.ABNF.OPCODE_CONT, 0).format()
    for drip in (piece, b""):
        client = Client(gateway.url)
        client.ws.send_frame(websocket.ABNF.create_frame("{", websocket.ABNF.OPCODE_TEXT, 0))
        assert closed_within(5, client.ws.sock, drip)
    with socket.create_connection(("127.0.0.1", gateway.port())) as body:
        body.sendall(b"POST /agui HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
        assert closed_within(5, body, b"x")
    with Client(gateway.url) as client:  # one whose frame came whole may take its time
        client.ws.send(frame_of(100_000))
        assert client.event()[1]["code"] == "query_too_long"
        assert not closed_within(2.5, client.ws.sock, b"")


def test_questions_a_minute_are_limited(ensemble, fake):
    fake.answer_queries()
    gateway = ensemble.gateway(env={"CLIENT_QUERIES": "3"})
    with Client(gateway.url) as client, Client(gateway.url) as other:
        for _ in range(3):
            assert client.ask("x")[-1]["type"] == "RUN_FINISHED"
        assert client.ask("x")[-1]["code"] == "rate_limited"
        assert other.ask("x")[-1]["code"] == "rate_limited"  # the same address


def test_behind_a_proxy_of_ours_each_shopper_has_their_own_limit(ensemble, fake):
    fake.answer_queries()
    gateway = ensemble.gateway(env={"CLIENT_QUERIES": "1", "ENSEMBLE_PROXIES": "127.0.0.0/8"})
    for shopper in ("203.0.113.1", "203.0.113.2"):
        with Client(gateway.url, header=["X-Forwarded-For: " + shopper]) as client:
            assert client.ask("x")[-1]["type"] == "RUN_FINISHED"
            assert client.ask("x")[-1]["code"] == "rate_limited"


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x00\xa5\x01\x00\x00", b"\x00" * 200, b"GET\r\n\r\n", b"GET /ws HTTP/9.9\r\n\r\n",
                                     b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"GET " + b"/" * 20000 + b" HTTP/1.1\r\n\r\n",
                                     b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
                                     b"GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
                                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 2000 + b"\r\n"])
def test_garbage_on_the_port_hurts_nobody(gateway, fake, garbage):
    fake.answer_queries()
    with socket.create_connection(("127.0.0.1", gateway.port()), timeout=5) as s:
        s.sendall(garbage)
        s.settimeout(0.3)
        try:
            s.recv(4096)
        except (TimeoutError, ConnectionError):
            pass
    with Client(gateway.url) as client:
        client.ask("still there?")
