"""The model client's option for HTTP/2, before nginx with a certificate of our own: streams share a connection, an abort
ends a stream and nothing else, and the server may go away in mid-stream."""
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from daemons import BUILD, SANITIZER, SLOW, TOP, free_port, wait_until
from model_server import CHAT, Answer, ModelServer, chunk

PROBE = BUILD / "tests/tools/model_probe"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
END = chunk(finish="stop") + b"data: [DONE]\n\n"
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log info; worker_processes 1; worker_shutdown_timeout 20s; {user}
events {{ worker_connections 512; }}
http {{
    log_format line '$connection $server_protocol $status $request_completion';
    access_log {folder}/access.log line;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    keepalive_requests {requests}; http2_max_concurrent_streams {streams}; http2_chunk_size 1k;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
        location / {{
            proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A CA's certificate, one that it signed for 127.0.0.1, one that it signed for another name; another CA."""
    folder = tmp_path_factory.mktemp("ca")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for name in "ca", "other":
        openssl("req", "-x509", *key, "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    for name, subject in ("server", "IP:127.0.0.1"), ("stranger", "DNS:model.example"):
        openssl("req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return folder


class Proxy:
    """nginx with TLS and HTTP/2 before a scripted server."""

    def __init__(self, folder, authority, server, certificate="server", requests=1000, streams=128):
        self.folder, self.port = folder, free_port()
        for suffix in "pem", "key":
            shutil.copy(authority / f"{certificate}.{suffix}", folder / f"server.{suffix}")
        (folder / "nginx.conf").write_text(CONFIGURATION.format(
            folder=folder, port=self.port, behind=server.port, requests=requests, streams=streams,
            user="user root;" if os.geteuid() == 0 else ""))
        self.process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-c", folder / "nginx.conf", "-p", folder],
                                        stderr=subprocess.DEVNULL)
        wait_until(lambda: (folder / "pid").exists() and (folder / "pid").read_text().strip(), seconds=10 * SLOW)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def lines(self):
        """(connection, protocol, status, whether it was answered whole) of each request that has ended."""
        return [line.split() + [""] for line in (self.folder / "access.log").read_text().splitlines()]

    def connections(self):
        return {line[0] for line in self.lines()}

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture
def proxy(tmp_path, authority):
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("no nginx")
        pytest.skip("skipped: no nginx")
    opened = []

    def proxy(*answers, **more):
        server = ModelServer(*answers)
        opened.append(server)
        opened.append(Proxy(tmp_path, authority, server, **more))
        opened[-1].server = server
        return opened[-1]
    yield proxy
    for each in reversed(opened):
        each.close()


@pytest.fixture
def start(tmp_path, authority):
    """Start model_probe. Returns what gives its lines once it has ended."""
    processes = []

    def start(proxy, ca="ca.pem", env=None, **request):
        path = tmp_path / f"request{len(processes)}.json"
        path.write_text(json.dumps({"model": "gpt-6-luna", "stream": True, "deadline_ms": int(20000 * SLOW), "times": 1,
                                    "messages": [{"role": "user", "content": "hi"}], **request}))
        process = subprocess.Popen([PROBE, "ask", path], cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={
            "PATH": os.environ["PATH"], "MODEL_URL": f"https://127.0.0.1:{proxy.port}/v1", "MODEL_DIALECT": "chat",
            "MODEL_HTTP2": "1", "MODEL_CA": str(authority / ca), "LOG_LEVEL": "debug", **(env or {})})
        processes.append(process)

        def lines():
            out, log = process.communicate(timeout=60 * SLOW)
            assert not SANITIZER.search(log), log
            return [json.loads(line) for line in out.splitlines()]
        return lines
    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def statuses(lines):
    return [(line["status"], line["attempts"]) for line in lines if "status" in line]


def test_many_streams_share_one_connection(proxy, start):
    front = proxy(Answer(chunk("hello"), 0.2, END))
    assert statuses(start(front, times=30)()) == [("ok", 1)] * 30
    assert {line[1] for line in front.lines()} == {"HTTP/2.0"}
    assert len(front.connections()) == 1
    assert front.server.most > 10, "they were answered one after the other"


def test_calls_that_follow_use_the_connection_too(proxy, start):
    front = proxy(Answer(CHAT))
    assert statuses(start(front, rounds=8)()) == [("ok", 1)] * 8
    assert len(front.connections()) == 1


def test_an_abort_ends_its_stream_and_no_other(proxy, start):
    front = proxy(Answer(chunk("hello"), *[piece for _ in range(int(20 * SLOW)) for piece in (b": wait\n\n", 0.1)], chunk(" there") + END))
    lines = start(front, times=4, cancel_ms=int(500 * SLOW), others_go_on=True)
    wait_until(lambda: front.server.gone, seconds=10 * SLOW)
    assert len(front.server.gone) == 1, "the server went on generating"
    answers = lines()
    assert statuses(answers) == [("ok", 1)] * 3
    assert [line["text"] for line in answers if "text" in line and line["text"]] == ["hello there"] * 3
    assert len(front.connections()) == 1


def test_a_server_that_reloads_lets_its_streams_end(proxy, start):
    front = proxy(Answer(*[piece for _ in range(10) for piece in (chunk("x"), 0.2)], END))
    lines = start(front, times=5, rounds=7)  # the last two are asked after the reload
    wait_until(lambda: len(front.server.requests) == 5, seconds=10 * SLOW)
    front.reload()
    answers = lines()
    assert statuses(answers) == [("ok", 1)] * 11
    assert len(front.connections()) > 1, "those after the reload are asked on a new connection (a burst opens several)"


def test_a_connection_that_is_given_up_every_few_requests(proxy, start):
    front = proxy(Answer(CHAT), requests=5)
    assert [status for status, _ in statuses(start(front, rounds=22)())] == ["ok"] * 22
    assert len(front.connections()) >= 4


def test_more_streams_than_the_server_lets_in(proxy, start):
    front = proxy(Answer(chunk("hello"), 0.1, END), streams=3)
    assert [status for status, _ in statuses(start(front, times=20)())] == ["ok"] * 20


def test_large_answers_side_by_side(proxy, start):
    word = "0123456789abcdef" * 1024
    front = proxy(Answer(*[chunk(word)] * 64, END))
    answers = start(front, times=6)()
    assert statuses(answers) == [("ok", 1)] * 6
    assert {len(line["text"]) for line in answers} == {64 * len(word)}
    assert len(front.connections()) == 1


def test_an_answer_that_breaks_off_is_no_answer(proxy, start):
    """libcurl 7.88 takes a stream that was reset for one that has ended."""
    front = proxy(Answer(chunk("hello"), "cut"), Answer(CHAT))
    result = start(front, attempts=1)()[0]
    assert (result["status"], result["error"], result["text"]) == ("error", "transient", "hello")
    assert start(front)()[0]["status"] == "ok"


def test_a_break_before_the_first_word_is_tried_again(proxy, start):
    front = proxy(Answer(b": wait\n\n", "cut"), Answer(CHAT))
    assert statuses(start(front)()) == [("ok", 2)]


@pytest.mark.parametrize("certificate, ca", [("server", "other.pem"), ("stranger", "ca.pem")])
@pytest.mark.parametrize("http2", ["0", "1"])
def test_a_certificate_of_others_is_refused(proxy, start, certificate, ca, http2):
    front = proxy(Answer(CHAT), certificate=certificate)
    result = start(front, ca=ca, env={"MODEL_HTTP2": http2}, attempts=1)()[0]
    assert (result["status"], result["error"]) == ("error", "transient")
    assert "certificate" in result["message"].lower() or "subject name" in result["message"]
    assert not front.server.requests


def test_http_1_is_spoken_without_the_option(proxy, start):
    front = proxy(Answer(CHAT))
    assert statuses(start(front, env={"MODEL_HTTP2": "0"}, rounds=3)()) == [("ok", 1)] * 3
    assert {line[1] for line in front.lines()} == {"HTTP/1.1"}


def test_authorities_that_cannot_be_read_are_said(proxy, start):
    process = start(proxy(Answer(CHAT)), ca="missing.pem")
    assert process() == []
