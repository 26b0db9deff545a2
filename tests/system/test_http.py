"""HTTP beside the WebSocket: the page, pictures, threads, SSE, health, metrics."""
import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import socket
import threading
import time

import pytest
import requests
import websocket

from client import Client, agui, sse
from daemons import SLOW, TOP, wait_until
from fake_orchestrator import a_run

SECRET = "a secret of the shop's own"


@pytest.fixture
def site(ensemble, fake):
    """A gateway over a small page of the test's own."""
    web, pictures = pathlib.Path(ensemble.state) / "web", pathlib.Path(ensemble.state) / "pictures"
    (web / "sub").mkdir(parents=True)
    pictures.mkdir()
    (web / "index.html").write_text("<!doctype html><title>é</title>")
    (web / "app.js").write_text("export const x = 1;")
    (web / "sub" / "style.css").write_text("body{}")
    (web / "secret.conf").write_text("no")
    (web / ".hidden.js").write_text("no")
    (web / "big.txt").write_text("line of text\n" * 60000)
    (web / "link.txt").symlink_to("/etc/passwd")
    (pathlib.Path(ensemble.state) / "outside.txt").write_text("no")
    (pictures / "shirt.svg").write_text('<svg><path fill="#c0ffee"/><path stroke="#C0FFEE"/></svg>')
    daemon = ensemble.gateway("--web", web, "--pictures", pictures)
    fake.wait_for_peer()
    return daemon


def raw(daemon, method, path, body=None, headers={}):
    """As it is, without a library's tidying of the path."""
    c = http.client.HTTPConnection("127.0.0.1", daemon.port(), timeout=10)
    c.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        c.putheader(name, value)
    if body is not None:
        c.putheader("Content-Length", str(len(body)))
    c.endheaders(body)
    answer = c.getresponse()
    answer.text = answer.read().decode(errors="replace")
    c.close()
    return answer


def test_the_page_and_its_files(site):
    page = requests.get(site.http + "/")
    assert page.status_code == 200 and page.text == "<!doctype html><title>é</title>"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'self'", "img-src 'self' data: https:", "object-src 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy and page.headers["x-content-type-options"] == "nosniff"
    assert requests.get(site.http + "/app.js").headers["content-type"] == "text/javascript; charset=utf-8"
    assert requests.get(site.http + "/sub/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert requests.get(site.http + "/big.txt").text == "line of text\n" * 60000


def test_who_may_embed_the_page_is_the_operators_choice(ensemble, tmp_path):
    def ancestors(daemon):
        return requests.get(daemon.http + "/").headers["content-security-policy"].split("frame-ancestors ")[1]

    daemon = ensemble.gateway("--embedders", "https://shop.example,https://*.other.example")
    daemon.http = f"http://127.0.0.1:{daemon.port()}"
    assert ancestors(daemon) == "https://shop.example https://*.other.example"


def test_a_file_is_not_sent_again_to_who_has_it(site):
    first = requests.get(site.http + "/app.js")
    again = requests.get(site.http + "/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert requests.get(site.http + "/app.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_many_requests_on_one_connection(site):
    session = requests.Session()
    for path in ("/", "/app.js", "/nothing", "/healthz", "/big.txt", "/pictures/shirt.svg") * 5:
        assert session.get(site.http + path).status_code == (404 if path == "/nothing" else 200)
    session.head(site.http + "/big.txt")
    assert session.get(site.http + "/").status_code == 200


@pytest.mark.parametrize("path", ["/nothing.html", "/secret.conf", "/.hidden.js", "/link.txt", "/../outside.txt",
                                  "/sub/../../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt",
                                  "/sub", "/sub/", "//etc/passwd", "/pictures/", "/pictures/x.svg", "/pictures/Shirt.svg",
                                  "/pictures/../index.html", "/pictures/shirt.png", "/" + "x" * 3000, "/threads/",
                                  "/runs//abort"])
def test_what_is_not_there_is_404(site, path):
    answer = raw(site, "GET", path)
    assert answer.status == 404 or (path.startswith("/pictures/../") and answer.status == 200), path
    if answer.status == 404 and answer.text:
        assert json.loads(answer.text)["code"] == "not_found"
    assert "root:" not in answer.text


def test_pictures_are_tinted(site):
    plain = requests.get(site.http + "/pictures/shirt.svg")
    assert plain.headers["content-type"] == "image/svg+xml" and "#c0ffee" in plain.text
    assert "max-age" in plain.headers["cache-control"]
    tinted = requests.get(site.http + "/pictures/shirt.svg?c=1f2a48")
    assert tinted.text == '<svg><path fill="#1f2a48"/><path stroke="#1f2a48"/></svg>'
    assert tinted.headers["etag"] != plain.headers["etag"]
    for colour in ("white", "12345", "1234567", '"/><script>', "zzzzzz"):
        assert requests.get(site.http + "/pictures/shirt.svg", params={"c": colour}).text == plain.text


def test_methods_that_an_address_does_not_have_are_405(site):
    for method, path, allow in (("POST", "/", "GET, HEAD, OPTIONS"), ("DELETE", "/app.js", "GET, HEAD, OPTIONS"),
                                ("GET", "/agui", "POST, OPTIONS"), ("PUT", "/threads/x", "GET, HEAD, DELETE, OPTIONS"),
                                ("GET", "/runs/x/abort", "POST, OPTIONS"), ("PATCH", "/api/chat", "POST, OPTIONS")):
        answer = raw(site, method, path, b"{}" if method in ("POST", "PUT", "PATCH") else None)
        assert (answer.status, answer.getheader("allow")) == (405, allow), (method, path)
        assert json.loads(answer.text)["code"] == "method_not_allowed"


def test_a_socket_without_an_upgrade_is_told_so(site):
    assert requests.get(site.http + "/ws").status_code == 426


# -- health --------------------------------------------------------------------------------------------


def test_ready_only_with_an_orchestrator(ensemble):
    gateway = ensemble.gateway()
    assert requests.get(gateway.http + "/healthz").status_code == 200
    assert requests.get(gateway.http + "/readyz").status_code == 503
    from fake_orchestrator import FakeOrchestrator
    fake = FakeOrchestrator(ensemble.state)
    assert wait_until(lambda: requests.get(gateway.http + "/readyz").status_code == 200)
    fake.close()
    assert wait_until(lambda: requests.get(gateway.http + "/readyz").status_code == 503)


def test_metrics_are_for_this_machine_alone(gateway, fake):
    fake.answer_queries()
    with Client(gateway.url) as client:
        client.ask("x")
        text = requests.get(gateway.http + "/metrics").text
    assert re.search(r"^ensemble_clients\S* 1$", text, re.M) and re.search(r"^ensemble_frames_total\S* 1$", text, re.M)
    through_proxy = requests.get(gateway.http + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert through_proxy.status_code == 404
    rebound = requests.get(gateway.http + "/metrics", headers={"Host": "evil.example"})
    assert rebound.status_code == 404


def test_metrics_on_a_port_of_their_own(ensemble, fake):
    from daemons import free_port
    port = free_port()
    gateway = ensemble.gateway("--metrics-port", port)
    assert requests.get(gateway.http + "/metrics").status_code == 404
    assert "ensemble_clients" in requests.get(f"http://127.0.0.1:{port}/metrics").text


# -- threads and runs ----------------------------------------------------------------------------------


def answering(fake, kind, answer, **fields):
    fake.scripts[kind] = lambda f, route, m: f.send(route, answer, request=m["request"], **fields)


def test_a_thread_is_read_and_forgotten(gateway, fake):
    history = {"threadId": "t1", "messages": [{"role": "user", "content": "é"}], "criteria": {}, "profile": {}}
    answering(fake, "HISTORY", "THREAD", found=1, tail=json.dumps(history))
    answering(fake, "FORGET", "FORGOTTEN", found=1)
    answer = requests.get(gateway.http + "/threads/t1")
    assert answer.json() == history and answer.headers["cache-control"] == "no-store"
    assert fake.expect("HISTORY")[1]["thread"] == "t1"
    assert requests.delete(gateway.http + "/threads/t1").json() == {"forgotten": True}
    assert fake.expect("FORGET")[1]["owner"] == "public"


def test_an_unknown_thread_is_404(gateway, fake):
    answering(fake, "HISTORY", "THREAD", found=0, tail="{}")
    answering(fake, "FORGET", "FORGOTTEN", found=0)
    assert requests.get(gateway.http + "/threads/t1").json()["code"] == "unknown_thread"
    assert requests.delete(gateway.http + "/threads/t1").status_code == 404
    for bad in ("a%20b", "%22", "x" * 129, "a%2Fb"):
        assert requests.get(gateway.http + "/threads/" + bad).status_code == 400


def test_a_long_thread_is_given_whole(gateway, fake):
    history = {"threadId": "t", "messages": [{"role": "user", "content": "x" * 1000} for _ in range(2000)]}
    answering(fake, "HISTORY", "THREAD", found=1, tail=json.dumps(history))
    assert requests.get(gateway.http + "/threads/t").json() == history


def test_who_never_reads_an_answer_is_cut_off_and_who_reads_slowly_is_not(ensemble, fake):
    gateway = ensemble.gateway("--frame-ms", 900)
    fake.wait_for_peer()
    history = json.dumps({"threadId": "t", "messages": [{"role": "user", "content": "x" * 1000}] * 12000})
    for pause in (None, 0.01):
        answering(fake, "HISTORY", "THREAD", found=1, tail=history)
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            slow.connect(("127.0.0.1", gateway.port()))
            slow.sendall(b"GET /threads/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            if pause is None:
                time.sleep(4 * SLOW)
            size = 0
            while piece := slow.recv(1 << 20):
                size += len(piece)
                time.sleep(pause or 0)
            assert (size < len(history)) == (pause is None)


def test_reads_and_stops_a_minute_are_limited(ensemble, fake):
    gateway = ensemble.gateway(env={"CLIENT_READS": "3"})
    fake.wait_for_peer()
    answering(fake, "HISTORY", "THREAD", found=0, tail="")
    assert [requests.get(gateway.http + "/threads/t").status_code for _ in range(4)] == [404, 404, 404, 429]
    assert requests.delete(gateway.http + "/threads/t").status_code == 429
    assert requests.post(gateway.http + "/runs/r/abort").status_code == 429
    assert requests.get(gateway.http + "/api/chat/t/stream").status_code == 429
    assert Client(f"{gateway.url}?runId=r&offset=-1").closed() == 1013
    fake.answer_queries()
    with Client(gateway.url) as client:
        assert client.error('{"type":"abort","runId":"r"}') == "rate_limited"
        assert client.ask("hello")[-1]["type"] == "RUN_FINISHED"  # questions are counted by themselves


def test_a_run_is_aborted_by_post(gateway, fake):
    answering(fake, "ABORT", "ABORTED", found=1)
    assert requests.post(gateway.http + "/runs/r1/abort").json() == {"aborted": True}
    assert fake.expect("ABORT")[1]["run_id"] == "r1"
    answering(fake, "ABORT", "ABORTED", found=0)
    assert requests.post(gateway.http + "/runs/r1/abort", data="").status_code == 404
    assert requests.post(gateway.http + "/runs/r1/abort", json={}).status_code == 404


def test_without_an_orchestrator_a_thread_is_unavailable(ensemble):
    gateway = ensemble.gateway("--hold-ms", 200)
    assert requests.get(gateway.http + "/threads/t").status_code == 503
    assert requests.post(gateway.http + "/runs/r/abort").status_code == 503


def test_who_asked_for_a_thread_may_leave_before_the_answer(gateway, fake):
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(gateway.http + "/threads/t", timeout=0.2)
    route, message = fake.expect("HISTORY")
    fake.send(route, "THREAD", {"threadId": "t"}, request=message["request"], found=1)
    assert requests.get(gateway.http + "/healthz").status_code == 200


# -- POST /agui ----------------------------------------------------------------------------------------


def test_agui_streams_a_run(gateway, fake):
    fake.answer_queries()
    answer = agui(gateway.http, "a hat", run_id="r1", thread="t1")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/event-stream"
    events = sse(answer)
    assert [e for _, e in events] == a_run("t1", "r1", "Take the linen shirt.")
    assert [n for n, _ in events] == [str(n) for n in range(1, len(events) + 1)]


def test_agui_takes_up_after_last_event_id(gateway, fake):
    fake.scripts["ATTACH"] = lambda f, route, m: f.run(route, {**m, "thread": "t1"}, start=m["offset"] + 1)
    events = sse(agui(gateway.http, "a hat", run_id="r1", headers={"Last-Event-ID": "7"}))
    assert events[0][0] == "8" and events[-1][1]["type"] == "RUN_FINISHED"


def test_agui_streams_as_it_comes_and_pings(ensemble, fake):
    gateway = ensemble.gateway("--ping-ms", 200)
    answer = agui(gateway.http, "a hat", run_id="r1")if False else None
    got = []

    def read():
        response = agui(gateway.http, "a hat", run_id="r1")
        got.extend(response.iter_lines(chunk_size=1))

    thread = threading.Thread(target=read)
    thread.start()
    route, query = fake.expect("QUERY")
    fake.event(route, query["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r1"}, 1)
    assert wait_until(lambda: any(b"RUN_STARTED" in line for line in got))
    assert wait_until(lambda: b": ping" in got)
    fake.event(route, query["stream"], {"type": "RUN_FINISHED", "threadId": "t", "runId": "r1"}, 2, 1)
    thread.join(10)
    assert not thread.is_alive() and b"RUN_FINISHED" in got[-2]


@pytest.mark.parametrize("code,status", [("busy", 429), ("run_id_reused", 409), ("store", 503),
                                         ("bad_criteria", 400)])
def test_agui_errors_before_the_stream_are_http_errors(gateway, fake, code, status):
    fake.scripts["QUERY"] = lambda f, route, m: f.send(route, "REJECTED", stream=m["stream"], code=code, message="why")
    answer = agui(gateway.http, "a hat")
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": "why"})


def test_agui_refuses_bad_bodies(gateway):
    post = lambda body, **more: requests.post(gateway.http + "/agui", data=body, **more)
    assert (post("nonsense").status_code, post("nonsense").json()["code"]) == (400, "bad_json")
    assert post('{"type":"abort","runId":"x"}').json()["code"] == "unknown_frame"
    assert post(json.dumps({"messages": []})).json()["code"] == "empty_query"
    assert post(b'{"query":"\xff"}').json()["code"] == "bad_json"
    assert post("").status_code == 400
    assert raw(gateway, "POST", "/agui").status == 411


def test_a_body_over_the_limit_is_413(ensemble, fake):
    gateway = ensemble.gateway("--frame-bytes", 100000)
    assert requests.post(gateway.http + "/agui", data="x" * 100001).status_code == 413
    assert requests.post(gateway.http + "/agui", data="x" * 100000).status_code == 400
    assert requests.post(gateway.http + "/agui", data="x" * 5000000).status_code == 413


def test_a_run_goes_on_when_a_streams_client_leaves(gateway, fake):
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(gateway.http + "/agui", json={"runId": "r1", "query": "x"}, timeout=0.2)
    _, query = fake.expect("QUERY")
    fake.expect("DETACH", stream=query["stream"])


def test_agui_without_an_orchestrator_is_503(ensemble):
    gateway = ensemble.gateway("--hold-ms", 200)
    answer = agui(gateway.http, "x")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


# -- POST /api/chat ------------------------------------------------------------------------------------


def chat(http, text, **more):
    body = {"id": "chat-1", "trigger": "submit-message",
            "messages": [{"id": "m-1", "role": "user", "parts": [{"type": "text", "text": text}]}], **more}
    return requests.post(http + "/api/chat", json=body, stream=True, timeout=20)


def test_the_ai_sdk_gets_its_parts(gateway, fake):
    fake.answer_queries()
    answer = chat(gateway.http, "a hat")
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1" and answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["content-type"] == "text/event-stream" and answer.headers["cache-control"] == "no-cache"
    parts = [p for _, p in sse(answer)]
    kinds = [p["type"] if isinstance(p, dict) else p for p in parts]
    assert kinds == ["start", "start-step", "data-state", "data-assistant", "tool-input-start", "tool-input-delta",
                     "tool-input-delta", "tool-input-available", "tool-output-available", "data-criteria", "text-start",
                     *["text-delta"] * 4, "text-end", "data-assistant", "data-look", "finish-step", "finish", "[DONE]"]
    available = parts[kinds.index("tool-input-available")]
    assert available == {"type": "tool-input-available", "toolCallId": "c0", "toolName": "find_product",
                         "input": {"slot": "top"}}
    assert parts[kinds.index("tool-output-available")]["output"]["products"][0]["id"] == "LN-204"
    assert fake.expect("QUERY")[1]["thread"] == "chat-1"


def test_the_ai_sdks_message_sent_again_is_the_same_run(gateway, fake):
    fake.answer_queries()
    runs = []
    for text, more in (("a", {}), ("a", {}), ("b", {}), ("a", {"trigger": "regenerate-message"})):
        sse(chat(gateway.http, text, **more))
        runs.append(fake.expect("QUERY")[1]["run_id"])
    assert runs[0] == runs[1] and len(set(runs)) == 3


def test_the_ai_sdk_resumes_what_is_running(gateway, fake):
    reject = lambda f, route, m: f.send(route, "REJECTED", stream=m["stream"], code="unknown_run", message="none")
    fake.scripts["ATTACH"] = reject
    assert requests.get(gateway.http + "/api/chat/chat-1/stream").status_code == 204
    assert fake.expect("ATTACH")[1]["thread"] == "chat-1"
    fake.scripts["ATTACH"] = lambda f, route, m: f.run(route, {**m, "run_id": "r"})
    parts = sse(requests.get(gateway.http + "/api/chat/chat-1/stream", stream=True))
    assert parts[0][1] == {"type": "start", "messageId": "r"} and parts[-1][1] == "[DONE]"


def test_the_ai_sdk_hears_of_a_run_that_fails(gateway, fake):
    def fails(f, route, m):
        f.event(route, m["stream"], {"type": "RUN_STARTED", "threadId": "t", "runId": "r"}, 1)
        f.event(route, m["stream"], {"type": "RUN_ERROR", "message": "the model is away", "code": "model"}, 2, 1)
    fake.scripts["QUERY"] = fails
    parts = [p for _, p in sse(chat(gateway.http, "a"))]
    assert parts[-2:] == [{"type": "error", "errorText": "the model is away"}, "[DONE]"]


# -- who may come in -----------------------------------------------------------------------------------


def token(subject="anna", secret=SECRET, alg="HS256", **claims):
    part = lambda o: base64.urlsafe_b64encode(json.dumps(o).encode()).rstrip(b"=")
    claims = {"sub": subject, "exp": int(time.time()) + 600, **claims}
    signed = part({"alg": alg, "typ": "JWT"}) + b"." + part({k: v for k, v in claims.items() if v is not None})
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


@pytest.fixture
def guarded(ensemble, fake):
    daemon = ensemble.gateway(env={"ENSEMBLE_AUTH": "token", "ENSEMBLE_TOKEN_SECRET": SECRET})
    fake.wait_for_peer()
    fake.answer_queries()
    return daemon


def test_a_token_says_who_asks(guarded, fake):
    good = token()
    for more in ({"token": good}, {"header": ["Authorization: Bearer " + good]}, {"cookie": "a=b; ensemble_token=" + good}):
        with Client(guarded.url, **more) as client:
            client.ask("x")
        assert fake.expect("QUERY")[1]["owner"] == "anna"
    assert sse(agui(guarded.http, "x", headers={"Authorization": "Bearer " + good}))
    assert fake.expect("QUERY")[1]["owner"] == "anna"


@pytest.mark.parametrize("bad", [None, "", "x", "a.b.c", token(secret="another"), token(exp=int(time.time()) - 120), token(exp=None),
                                 token(sub=""), token(sub=None), token(alg="none"), token(alg="HS512"), token(nbf=int(time.time()) + 300),
                                 token() + "A", token()[:-1], token().replace(".", "..")],
                         ids=["none", "empty", "word", "dots", "another key", "expired", "no exp", "no subject", "empty subject",
                              "alg none", "alg HS512", "not yet", "longer", "shorter", "an empty part"])
def test_without_a_good_token_nobody_comes_in(guarded, bad):
    with pytest.raises((websocket.WebSocketBadStatusException, websocket.WebSocketException)) as refused:
        Client(guarded.url, token=bad)
    assert "401" in str(refused.value)
    headers = {"Authorization": f"Bearer {bad}"} if bad is not None else {}
    assert requests.get(guarded.http + "/threads/x", headers=headers).status_code == 401
    assert requests.get(guarded.http + "/healthz").status_code == 200


def test_a_gateway_without_a_secret_does_not_start(ensemble):
    daemon = ensemble.gateway(env={"ENSEMBLE_AUTH": "token"}, wait=False)
    assert daemon.wait() == 2
    daemon.expected = {2}
    assert "token-secret" in daemon.log()


def test_origins(ensemble, fake):
    gateway = ensemble.gateway(env={"ENSEMBLE_ORIGINS": "https://shop.example, https://b.example/"})
    fake.wait_for_peer()
    fake.answer_queries()
    here = gateway.http.replace("http:", "http:")
    for origin in (here, "https://shop.example", "https://b.example"):
        with Client(gateway.url, origin=origin) as client:
            client.ask("x")
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example", "http://" + "x" * 300):
        with pytest.raises(websocket.WebSocketException) as refused:
            Client(gateway.url, origin=origin)
        assert "403" in str(refused.value)
        assert requests.post(gateway.http + "/agui", data="{}", headers={"Origin": origin}).status_code == 403


def test_pages_elsewhere_are_answered_by_cors(ensemble, fake):
    gateway = ensemble.gateway(env={"ENSEMBLE_ORIGINS": "https://shop.example"})
    fake.wait_for_peer()
    fake.answer_queries()
    origin = {"Origin": "https://shop.example"}
    flight = requests.options(gateway.http + "/agui", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert flight.status_code == 204 and flight.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in flight.headers["access-control-allow-methods"]
    assert "content-type" in flight.headers["access-control-allow-headers"]
    answer = agui(gateway.http, "x", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example" and answer.headers["vary"] == "origin"
    evil = requests.options(gateway.http + "/agui", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in evil.headers
    assert "access-control-allow-origin" not in requests.get(gateway.http + "/", headers=origin).headers


def test_the_projects_own_page_is_served(gateway):
    page = requests.get(gateway.http + "/")
    assert page.status_code == 200 and "<title" in page.text
    for path in (TOP / "gateway" / "web").rglob("*.*"):
        name = path.relative_to(TOP / "gateway" / "web").as_posix()
        assert requests.get(f"{gateway.http}/{name}").status_code == 200, name
