"""The model client over HTTP, before a scripted server: faults, time, connections, what it learns."""
import json
import os
import ssl
import subprocess
import time

import pytest

from daemons import BUILD, SANITIZER, SLOW, TOP, free_port
from model_server import CHAT, RESPONSE, Answer, ModelServer, chunk, event

PROBE = BUILD / "tests/tools/model_probe"
KEY = "sk-test-0123456789"


class Probe:
    """What model_probe printed, and said."""

    def __init__(self, process, seconds):
        self.code, self.log, self.seconds = process.returncode, process.stderr, seconds
        self.lines = [json.loads(line) for line in process.stdout.splitlines()]

    @property
    def one(self):
        assert len(self.lines) == 1, self.lines
        return self.lines[0]


@pytest.fixture
def ask(tmp_path):
    def ask(server, env=None, url=None, **request):
        path = tmp_path / "request.json"
        path.write_text(json.dumps({"model": "gpt-6-luna", "stream": True, "deadline_ms": 20000,
                                    "messages": [{"role": "user", "content": "hi"}], **request}))
        env = {"PATH": os.environ["PATH"], "MODEL_URL": server.url() if url is None else url, "MODEL_KEY": KEY, "MODEL_DIALECT": "chat",
               "LOG_LEVEL": "debug", "ASAN_OPTIONS": "exitcode=99:verify_asan_link_order=0", **(env or {})}
        began = time.monotonic()
        process = subprocess.run([PROBE, "ask", path], cwd=TOP, env=env, capture_output=True, text=True, timeout=60)
        assert not SANITIZER.search(process.stderr), process.stderr
        assert KEY not in process.stderr + process.stdout, "the key is in the log"
        return Probe(process, time.monotonic() - began)
    return ask


@pytest.fixture
def serve():
    servers = []

    def serve(*answers, **more):
        servers.append(ModelServer(*answers, **more))
        return servers[-1]
    yield serve
    for server in servers:
        server.close()


# -- servers of their own kind --------------------------------------------------------------------------------------

LLAMACPP_PYTHON = {  # as its server answers, function_call and all
    "object": "chat.completion", "model": "smollm2", "choices": [{"index": 0, "finish_reason": "tool_calls", "logprobs": None, "message": {
        "role": "assistant", "content": None, "function_call": {"name": "find_product:", "arguments": "{ \"slot\": \"top\" }"},
        "tool_calls": [{"id": "call__0_find_product_cmpl-26", "type": "function",
                        "function": {"name": "find_product", "arguments": "{ \"slot\": \"top\" }"}}]}}],
    "usage": {"prompt_tokens": 232, "completion_tokens": 21, "total_tokens": 253}}
TOOL = {"name": "find_product", "parameters": {"type": "object", "properties": {"slot": {"type": "string"}}}}


def test_a_server_that_streams_no_calls_is_asked_for_the_whole_answer(serve, ask):
    """llama-cpp-python ends such a stream after its first comment: "Automatic streaming tool choice is not supported"."""
    server = serve(Answer(json.dumps(LLAMACPP_PYTHON).encode(), chunked=False, headers={"content-type": "application/json"}), Answer(CHAT))
    env = {"MODEL_PROFILE": "llamacpp-python"}
    result = ask(server, env, tools=[TOOL], tool_choice="auto").one
    assert (result["status"], [call["value"] for call in result["calls"]]) == ("tool_calls", [{"slot": "top"}])
    assert "stream" not in server.requests[0].json
    ask(server, env)
    assert server.requests[1].json["stream"] is True, "what is words streams"


# -- retries -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("fault", [
    Answer.error(500, {"error": {"message": "oh", "type": "server_error"}}),
    Answer.error(502, b"<html>bad gateway</html>"),
    Answer.error(429, {"error": {"code": "rate_limit_exceeded", "message": "slow"}}, {"retry-after-ms": "30"}),
    Answer("cut"),                                     # a head and nothing else
    Answer("cut", head=False),                         # not even that
    Answer(b"", chunked=False),                        # an empty 200
    Answer(b"data: {\"choices\":[{]}\n\n"),            # garbage
    Answer(b": hello\n\n", b"data: {\"cho", "cut"),    # cut before any text
    Answer(event({"error": {"message": "oh", "type": "server_error"}}), b"data: [DONE]\n\n"),
], ids=["500", "502", "429", "cut-head", "no-head", "empty", "garbage", "cut-early", "error-in-200"])
def test_what_may_go_better_is_asked_again(serve, ask, fault):
    server = serve(fault, Answer(CHAT))
    result = ask(server).one
    assert (result["status"], result["text"], result["attempts"]) == ("ok", "hello there", 2)
    assert len(server.requests) == 2
    ids = {r.headers["x-client-request-id"] for r in server.requests}
    assert len(ids) == 2, "each attempt has an id of its own"


def test_a_servers_wish_to_wait_is_honoured(serve, ask):
    server = serve(Answer.error(429, {"error": {"code": "rate_limit_exceeded"}}, {"retry-after": "1"}), Answer(CHAT))
    assert ask(server).one["status"] == "ok"
    assert server.requests[1].at - server.requests[0].at >= 1


def test_a_wish_longer_than_the_deadline_ends_at_once(serve, ask):
    server = serve(Answer.error(429, {"error": {"code": "rate_limit_exceeded"}}, {"retry-after": "30"}))
    answer = ask(server, deadline_ms=5000)
    assert (answer.one["error"], answer.one["retry_after_ms"]) == ("rate", 30000)
    assert answer.seconds < 3 * SLOW and len(server.requests) == 1


@pytest.mark.parametrize("status,code,error", [(429, "insufficient_quota", "quota"), (401, "invalid_api_key", "auth"),
                                               (402, None, "quota"), (403, None, "auth")])
def test_without_money_or_with_a_bad_key_nobody_asks_again(serve, ask, status, code, error):
    server = serve(Answer.error(status, {"error": {"code": code, "message": f"no: {KEY}"}}, {"x-should-retry": "true"}))
    if status in (401, 403):
        del server.answers[0].headers["x-should-retry"]
    answer = ask(server, rounds=3)
    assert [line["error"] for line in answer.lines] == [error] * 3
    assert len(server.requests) == 1, "the circuit is open"
    assert "not asked" in answer.lines[1]["message"]


def test_a_stream_that_breaks_after_text_is_not_asked_again(serve, ask):
    server = serve(Answer(chunk("hello"), "cut"), Answer(CHAT))
    result = ask(server, attempts=3).one
    assert (result["status"], result["error"], result["text"], result["attempts"]) == ("error", "transient", "hello", 1)
    assert result["calls"] == []


def test_unless_nobody_saw_the_text(serve, ask):
    server = serve(Answer(chunk("hel"), "cut"), Answer(CHAT))
    result = ask(server, restartable=True).one
    assert (result["status"], result["text"], result["attempts"]) == ("ok", "hello there", 2)


def test_calls_of_a_truncated_stream_are_not_run(serve, ask):
    call = event({"choices": [{"index": 0, "delta": {"tool_calls": [
        {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]}}]})
    result = ask(serve(Answer(call, "cut")), attempts=1).one
    assert (result["error"], result["calls"]) == ("transient", [])


# -- time ----------------------------------------------------------------------------------------------------------

def test_a_server_that_never_begins(serve, ask):
    answer = ask(serve(Answer("hold")), {"MODEL_FIRST_BYTE_MS": "200"}, attempts=1)
    assert answer.one["error"] == "timeout" and answer.seconds < 2 * SLOW


def test_a_server_that_falls_silent(serve, ask):
    answer = ask(serve(Answer(chunk("hello"), "hold")), {"MODEL_IDLE_MS": "200"}, attempts=1)
    assert (answer.one["error"], answer.one["text"]) == ("timeout", "hello")
    assert answer.seconds < 2 * SLOW


def test_comments_keep_a_slow_server_alive(serve, ask):
    slow = [piece for _ in range(8) for piece in (0.1, b": thinking\n\n")]
    answer = ask(serve(Answer(*slow, CHAT)), {"MODEL_IDLE_MS": "400"}, attempts=1)
    assert answer.one["status"] == "ok" and answer.seconds > 0.8


def test_the_whole_time_is_bounded_however_lively_the_server(serve, ask):
    lively = [piece for _ in range(100) for piece in (0.05, chunk("a"))]
    answer = ask(serve(Answer(*lively)), deadline_ms=500)
    assert answer.one["error"] == "timeout" and 0.4 < answer.seconds < 3 * SLOW


def test_nobody_listens(ask):
    answer = ask(None, url=f"http://127.0.0.1:{free_port()}/v1", attempts=1)
    assert (answer.one["error"], answer.one["http"]) == ("transient", 0)


def test_an_answer_is_given_at_its_end_not_at_the_connections(serve, ask):
    assert ask(serve(Answer(CHAT, 3)), attempts=1).seconds < 2 * SLOW
    end = serve(Answer(chunk("a", "stop"), 20))  # neither [DONE] nor an end of the body
    answer = ask(end)
    assert answer.one["status"] == "ok" and answer.seconds < 4 * SLOW


# -- cancelling ----------------------------------------------------------------------------------------------------

def test_a_cancel_closes_the_connection_at_once(serve, ask):
    server = serve(Answer(chunk("hello"), "hold"))
    ask(server, cancel_ms=300)
    deadline = time.monotonic() + 2
    while not server.gone and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.gone and server.gone[0] - server.requests[0].at < 1.5 * SLOW


def test_a_cancel_does_not_wait_for_a_resolver_that_hangs(ask, serve):
    server = serve(Answer(CHAT))
    env = {"LD_PRELOAD": str(BUILD / "tests/tools/slow_resolver.so"), "RESOLVER_MS": "5000",
           "ASAN_OPTIONS": "exitcode=99:verify_asan_link_order=0:detect_leaks=0"}
    answer = ask(server, env, url=server.url("model.test"), cancel_ms=200)
    assert answer.one["cancelled_us"] < 50000 * SLOW
    assert answer.seconds < 3 and not server.requests


def test_one_look_up_serves_many_calls(ask, serve, tmp_path):
    server = serve(Answer(CHAT))
    env = {"LD_PRELOAD": str(BUILD / "tests/tools/slow_resolver.so"), "RESOLVER_MS": "100",
           "RESOLVER_LOG": str(tmp_path / "look-ups")}
    answer = ask(server, env, url=server.url("model.test"), times=20)
    assert [line["status"] for line in answer.lines] == ["ok"] * 20
    assert (tmp_path / "look-ups").read_text().count("\n") == 1


# -- connections ---------------------------------------------------------------------------------------------------

def test_connections_are_kept(serve, ask):
    server = serve(Answer(CHAT))
    assert len(ask(server, rounds=10).lines) == 10
    assert server.connections <= 2, "an answer is given before its connection is read to the end"


def test_the_option_for_http_2_does_no_harm_where_there_is_none(serve, ask):
    assert [line["status"] for line in ask(serve(Answer(CHAT)), {"MODEL_HTTP2": "1"}, times=5).lines] == ["ok"] * 5


def test_no_more_calls_at_once_than_the_option_says(serve, ask):
    server = serve(Answer(chunk("hello"), 0.05, chunk(finish="stop") + b"data: [DONE]\n\n"))
    answer = ask(server, {"MODEL_CALLS": "3"}, times=12)
    assert [line["status"] for line in answer.lines] == ["ok"] * 12
    assert server.most == 3


def test_redirects_are_not_followed(serve, ask):
    other = serve(Answer(CHAT))
    server = serve(Answer(status=307, headers={"Location": other.url() + "/chat/completions"}))
    assert ask(server).one["error"] == "bad_request"
    assert not other.requests


def test_a_certificate_that_nobody_signed_is_refused(serve, ask, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
                    "-keyout", tmp_path / "key", "-out", tmp_path / "cert"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    server = serve(Answer(CHAT), wrap=lambda c: context.wrap_socket(c, server_side=True))
    assert ask(server, attempts=1).one["error"] == "transient"
    assert not server.requests


def test_an_endless_line_is_refused(serve, ask):
    flood = [b"x" * 65536] * 400
    result = ask(serve(Answer(b"data: ", *flood)), attempts=1).one
    assert result["error"] == "protocol"


# -- what it learns ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_responses_is_asked_in_chat_from_then_on(serve, ask, status):
    def answer(request):
        return Answer(CHAT) if request.path.endswith("/chat/completions") else Answer.error(status, b"no such route")
    server = serve(answer)
    answers = ask(server, {"MODEL_DIALECT": "responses"}, rounds=3).lines
    assert [(a["status"], a["attempts"]) for a in answers] == [("ok", 1)] * 3
    assert [r.path for r in server.requests] == ["/v1/responses"] + ["/v1/chat/completions"] * 3


def test_a_model_that_is_not_there_is_no_missing_route(serve, ask):
    server = serve(Answer.error(404, {"error": {"code": "model_not_found", "message": "no such model"}}))
    assert ask(server, {"MODEL_DIALECT": "responses"}).one["error"] == "not_found"
    assert len(server.requests) == 1


def refuse(*fields):
    """A server that knows none of FIELDS, and names them one by one."""
    def answer(request):
        for field in fields:
            if field in request.json:
                return Answer.error(400, {"error": {"code": None, "param": field, "type": "invalid_request_error",
                                                    "message": f"Unsupported parameter: '{field}'"}})
        return Answer(CHAT)
    return answer


TOOLS = [{"name": "f", "description": "f", "parameters": {"type": "object", "properties": {}}}]


def test_two_fields_that_a_server_refuses_are_learnt_and_remembered(serve, ask):
    server = serve(refuse("parallel_tool_calls", "max_tokens"))
    answers = ask(server, rounds=2, tools=TOOLS, max_tokens=5).lines
    assert [(a["status"], a["attempts"]) for a in answers] == [("ok", 1)] * 2
    assert len(server.requests) == 4
    assert server.requests[3].json["max_completion_tokens"] == 5, "it goes by its other name"


def test_a_third_is_too_much(serve, ask):
    server = serve(refuse("parallel_tool_calls", "tool_choice", "stream_options"))
    result = ask(server, tools=TOOLS, tool_choice="auto").one
    assert (result["error"], len(server.requests)) == ("bad_param", 3)


def test_a_model_that_is_unknown_says_nothing_of_the_route(serve, ask):
    server = serve(Answer.error(404, {"error": {"message": "model 'gpt-6-luna' not found", "type": "not_found_error",
                                                "param": None, "code": None}}))
    assert ask(server, {"MODEL_PROFILE": "openai", "MODEL_DIALECT": ""}).one["error"] == "not_found"
    assert [request.path for request in server.requests] == ["/v1/responses"]


def test_a_model_that_thinks_aloud_is_heard_only_where_it_may(serve, ask):
    spoken = chunk("<thi") + chunk("nk>hm</th") + chunk("ink>\n\n") + chunk("yes") + chunk(finish="stop") + b"data: [DONE]\n\n"
    result = ask(serve(Answer(spoken)), {"MODEL_PROFILE": "ollama"}).one
    assert (result["text"], result["streamed"]) == ("yes", "yes")
    assert ask(serve(Answer(spoken)), {"MODEL_PROFILE": "openai"}).one["text"] == "<think>hm</think>\n\nyes"


def test_events_that_are_missing_are_said(serve, ask):
    stream = b"".join(event({"type": "response.output_text.delta", "output_index": 0, "delta": text, "sequence_number": n})
                      for text, n in (("a", 0), ("b", 1), ("d", 3)))
    answer = ask(serve(Answer(stream + event({"type": "response.completed", "response": {"status": "completed"}}))),
                 {"MODEL_DIALECT": "responses"})
    assert answer.one["text"] == "abd"
    assert "model stream has gaps model=gpt-6-luna gaps=1" in answer.log


# -- what is asked -------------------------------------------------------------------------------------------------

def test_a_server_that_answers_in_the_other_form_is_understood(serve, ask):
    whole = json.dumps({"choices": [{"message": {"content": "hello there"}, "finish_reason": "stop"}],
                        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}).encode()
    result = ask(serve(Answer(whole, headers={"Content-Type": "application/json"}))).one
    assert (result["text"], result["streamed"], result["usage"]["totalTokens"]) == ("hello there", "hello there", 5)
    assert ask(serve(Answer(CHAT)), stream=False).one["text"] == "hello there"


def test_azure_gets_its_key_in_its_own_header(serve, ask):
    server = serve(Answer(RESPONSE))
    assert ask(server, {"MODEL_PROFILE": "azure", "MODEL_DIALECT": ""}).one["text"] == "hello there"
    assert server.requests[0].headers["api-key"] == KEY
    assert "authorization" not in server.requests[0].headers


def test_what_it_costs_is_counted(serve, ask):
    usage = event({"choices": [], "model": "gpt-6-luna", "usage": {
        "prompt_tokens": 2000, "completion_tokens": 300, "total_tokens": 2300,
        "prompt_tokens_details": {"cached_tokens": 1000}}})
    result = ask(serve(Answer(chunk("a", "stop"), usage, b"data: [DONE]\n\n"))).one
    assert result["usage"]["cost"] == pytest.approx((1000 * 0.1 + 1000 * 0.01 + 300 * 0.5) / 1e6)


def test_vectors(serve, ask):
    body = {"data": [{"index": 1, "embedding": [0.0, 1.0]}, {"index": 0, "embedding": [1.0, 0.0]}],
            "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    server = serve(Answer.error(500, {"error": {"message": "oh"}}), Answer.error(200, body))
    result = ask(server, texts=["a", "b"]).one
    assert (result["status"], result["vectors"], result["dimensions"], result["attempts"]) == ("ok", 2, 2, 2)
    assert server.requests[0].path == "/v1/embeddings" and server.requests[0].json["input"] == ["a", "b"]


def test_without_a_url_it_says_what_to_set(ask):
    answer = ask(None, url="")
    assert answer.code == 1 and "set MODEL_URL" in answer.log
    answer = ask(None, url="file:///etc/passwd")
    assert answer.code == 1 and "no http" in answer.log


@pytest.mark.parametrize("daemon", ["orchestrator", "psychologist", "extractor"])
@pytest.mark.parametrize("url", ["", "ftp://model.example/v1"])
def test_without_a_model_a_daemon_ends_as_with_any_wrong_option(tmp_path, daemon, url):
    ended = subprocess.run([BUILD / daemon / daemon, "--state-dir", str(tmp_path), "--model-url", url], cwd=TOP,
                           capture_output=True, text=True, timeout=30, env={"PATH": os.environ["PATH"]})
    assert ended.returncode == 2, ended.stderr


@pytest.mark.parametrize("url, warned", [("https://api.openai.com/v1", True), ("http://127.0.0.1:9/v1", False)])
def test_a_paid_server_without_a_key_is_warned_of(tmp_path, url, warned):
    daemon = subprocess.Popen([BUILD / "extractor" / "extractor", "--state-dir", str(tmp_path), "--model-url", url],
                              cwd=TOP, stderr=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]})
    said = [daemon.stderr.readline()]
    while said[-1] and " ready " not in said[-1]:
        said.append(daemon.stderr.readline())
    daemon.terminate()
    daemon.communicate(timeout=30)
    assert any("no key for https://api.openai.com/v1" in line for line in said) == warned


def test_the_source_never_asks_libcurl_to_wait_for_a_pipe():
    found = subprocess.run(["grep", "-rnE", "PIPEWAIT|CURLOPT_VERBOSE", "common"], cwd=TOP, capture_output=True)
    assert found.returncode == 1, found.stdout
    assert "CURLOPT_QUICK_EXIT" in (TOP / "common/model/http.c").read_text()
