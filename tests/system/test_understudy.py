"""The understudy, spoken to as any OpenAI-compatible server is: both dialects, streamed and whole, at its
own pace and out of step on request."""
import base64
import json
import math
import os
import re
import struct
import time

import jsonschema
import pytest
import requests

from daemons import TOP
from test_model_requests import specification

SPECIFICATION = TOP / "../shared/reference/openai-api-subset.json"
STREAMS = TOP / "../shared/streams"
needs_reference = pytest.mark.skipif(not SPECIFICATION.exists() and not os.environ.get("CI"), reason="skipped: no ../shared/reference")

SAID = "SHOPPER: I need something for a beach wedding in July, under 200 dollars, I'm an M"
PARAGRAPH = ('FACETS: {"categories":[{"name":"linen & shirts","slot":"top"},{"name":"footwear","slot":"shoes"}]}\n'
             "PARAGRAPH: Start with a white linen shirt. On your feet, tan suede loafers.")
TOOL = json.loads((TOP / "extractor/find_product.json").read_text())
ASSESSMENT = json.loads((TOP / "psychologist/assessment.json").read_text())
CHOICE = {"type": "object", "additionalProperties": False, "required": ["order", "why"],
          "properties": {"order": {"type": "array", "items": {"type": "integer"}}, "why": {"type": "string"}}}


class Understudy:
    def __init__(self, daemon):
        self.url = f"http://127.0.0.1:{daemon.port()}"
        self.http = requests.Session()

    def post(self, path, body, **headers):
        stream = bool(body.get("stream"))
        return self.http.post(f"{self.url}/v1/{path}", json=body, headers=headers, stream=stream, timeout=20)

    def responses(self, said, headers=None, **more):
        return self.post("responses", {"model": "gpt-6-luna", "input": [{"role": "user", "content": said}], **more}, **(headers or {}))

    def chat(self, said, headers=None, **more):
        return self.post("chat/completions", {"model": "gpt-6-luna", "messages": [{"role": "user", "content": said}], **more}, **(headers or {}))

    def metric(self, line):
        found = re.search(rf"^{re.escape(line)} (\d+)", self.http.get(f"{self.url}/metrics").text, re.M)
        return int(found.group(1)) if found else 0


@pytest.fixture
def start(ensemble):
    """Start an understudy with ARGUMENTS; at once and without a pause between tokens unless they say else."""
    def start(*arguments):
        return Understudy(ensemble.start("understudy", "--port", 0, "--first-token-ms", 0, "--tokens-per-second", 0, *arguments))
    return start


@pytest.fixture
def understudy(start):
    return start()


def tools(dialect):
    function = {k: TOOL[k] for k in ("name", "description", "parameters", "strict")}
    return [{"type": "function", **function}] if dialect == "responses" else [{"type": "function", "function": function}]


def schema(dialect, value):
    format = {"name": "answer_v1", "strict": True, "schema": value}
    if dialect == "responses":
        return {"text": {"format": {"type": "json_schema", **format}}}
    return {"response_format": {"type": "json_schema", "json_schema": format}}


def events(answer):
    """The data of a stream's events, [DONE] as the string it is."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    out = []
    for block in answer.content.decode().split("\n\n")[:-1]:
        lines = block.split("\n")
        data = lines[-1].removeprefix("data: ")
        out.append(data if data == "[DONE]" else json.loads(data))
        if len(lines) == 2:
            assert lines[0] == f"event: {out[-1]['type']}"
    return out


def valid(name, value):
    root = specification()
    jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", **root}).validate(value)


def text_of(response):
    return "".join(part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"])


# -- shapes -----------------------------------------------------------------------------------------------


@needs_reference
@pytest.mark.parametrize("what", [{}, {"tools": tools("responses")}, schema("responses", ASSESSMENT)])
def test_a_whole_response_is_as_the_api_describes(understudy, what):
    answer = understudy.responses(PARAGRAPH if "tools" in what else SAID, **what).json()
    valid("Response", answer)
    assert answer["model"] == "understudy" and answer["status"] == "completed"


@needs_reference
@pytest.mark.parametrize("what", [{}, {"tools": tools("chat")}, schema("chat", ASSESSMENT)])
def test_a_whole_completion_is_as_the_api_describes(understudy, what):
    answer = understudy.chat(PARAGRAPH if "tools" in what else SAID, **what).json()
    valid("CreateChatCompletionResponse", answer)
    assert answer["model"] == answer["system_fingerprint"] == "understudy"


@needs_reference
@pytest.mark.parametrize("what", [{}, {"tools": tools("responses")}])
def test_every_event_of_a_response_is_as_the_api_describes(understudy, what):
    root = specification()
    for event in events(understudy.responses(PARAGRAPH if what else SAID, stream=True, max_output_tokens=30, **what)):
        name = {"response.created": "ResponseCreatedEvent", "response.in_progress": "ResponseInProgressEvent",
                "response.output_item.added": "ResponseOutputItemAddedEvent", "response.output_item.done": "ResponseOutputItemDoneEvent",
                "response.content_part.added": "ResponseContentPartAddedEvent", "response.content_part.done": "ResponseContentPartDoneEvent",
                "response.output_text.delta": "ResponseTextDeltaEvent", "response.output_text.done": "ResponseTextDoneEvent",
                "response.function_call_arguments.delta": "ResponseFunctionCallArgumentsDeltaEvent",
                "response.function_call_arguments.done": "ResponseFunctionCallArgumentsDoneEvent",
                "response.incomplete": "ResponseIncompleteEvent", "response.completed": "ResponseCompletedEvent"}[event["type"]]
        if event.get("response", {}).get("usage", 0) is None:
            del event["response"]["usage"]  # null until the end in every recorded stream, whatever the description says
        jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", **root}).validate(event)


@needs_reference
@pytest.mark.parametrize("what", [{}, {"tools": tools("chat")}])
def test_every_chunk_of_a_completion_is_as_the_api_describes(understudy, what):
    root = specification()
    described = jsonschema.Draft202012Validator({"$ref": "#/components/schemas/CreateChatCompletionStreamResponse", **root})
    for chunk in events(understudy.chat(PARAGRAPH if what else SAID, stream=True, stream_options={"include_usage": True}, **what))[:-1]:
        described.validate(chunk)


def test_the_events_of_a_text_come_in_openai_s_order(understudy):
    got = events(understudy.responses(SAID, stream=True))
    kinds = [e["type"].removeprefix("response.") for e in got]
    deltas = kinds.count("output_text.delta")
    assert kinds == ["created", "in_progress", "output_item.added", "content_part.added", *["output_text.delta"] * deltas,
                     "output_text.done", "content_part.done", "output_item.done", "completed"]
    assert [e["sequence_number"] for e in got] == list(range(len(got)))
    assert "".join(e["delta"] for e in got if e["type"].endswith("text.delta")) == text_of(got[-1]["response"])
    assert got[-1]["response"]["usage"]["output_tokens"] == deltas


def test_parallel_calls_come_one_after_another(understudy):
    got = events(understudy.responses(PARAGRAPH, stream=True, tools=tools("responses")))
    kinds = [k for k in (e["type"].removeprefix("response.") for e in got) if not k.endswith("delta")]
    assert kinds == ["created", "in_progress", *["output_item.added", "function_call_arguments.done", "output_item.done"] * 2, "completed"]
    calls = [json.loads(item["arguments"]) for item in got[-1]["response"]["output"]]
    for arguments in calls:
        jsonschema.validate(arguments, TOOL["parameters"])
    assert [(c["slot"], c["category"], c["colour"]) for c in calls] == [("top", "linen & shirts", "white"), ("shoes", "footwear", "tan")]


def test_a_completion_streams_calls_by_index_and_ends_in_done(understudy):
    got = events(understudy.chat(PARAGRAPH, stream=True, stream_options={"include_usage": True}, tools=tools("chat")))
    assert got[-1] == "[DONE]" and got[-2]["choices"] == [] and got[-2]["usage"]["total_tokens"] > 0
    assert got[-3]["choices"][0]["finish_reason"] == "tool_calls"
    arguments = {}
    for chunk in got[:-2]:
        for call in chunk["choices"][0]["delta"].get("tool_calls", []):
            arguments[call["index"]] = arguments.get(call["index"], "") + call["function"]["arguments"]
    assert [json.loads(a)["colour"] for a in arguments.values()] == ["white", "tan"]


def test_both_dialects_and_both_ways_say_the_same(understudy):
    whole = text_of(understudy.responses(SAID).json())
    assert whole == understudy.chat(SAID).json()["choices"][0]["message"]["content"]
    streamed = events(understudy.chat(SAID, stream=True))[:-1]
    assert whole == "".join(c["choices"][0]["delta"].get("content") or "" for c in streamed)


# -- what it is asked for ---------------------------------------------------------------------------------


def test_an_assessment_fills_its_schema(understudy):
    answer = json.loads(text_of(understudy.responses(SAID, **schema("responses", ASSESSMENT)).json()))
    jsonschema.validate(answer, ASSESSMENT)
    assert (answer["topic"], answer["occasion"], answer["want"]) == ("fashion", "beach wedding", "look")
    by_field = {c["field"]: c for c in answer["criteria"]}
    assert (by_field["price"]["max"], by_field["price"]["currency"], by_field["price"]["scope"]) == (200, "USD", "outfit")
    assert (by_field["size"]["any"], by_field["size"]["class"]) == (["M"], "letters")


def test_a_paragraph_without_products_has_no_calls(understudy):
    for words in ("What a lovely occasion!", "### The shoes", "Here are three pieces:"):
        answer = understudy.chat(f"PARAGRAPH: {words}", tools=tools("chat")).json()
        assert "tool_calls" not in answer["choices"][0]["message"]


def test_a_choice_is_by_number(understudy):
    moved = strange = 0
    for i in range(200):
        answer = json.loads(understudy.chat(f"WANTED: shirt {i}\nLINES: [\"a\",\"b\",\"c\",\"d\"]", **schema("chat", CHOICE))
                            .json()["choices"][0]["message"]["content"])
        jsonschema.validate(answer, CHOICE)
        assert set(answer["order"]) >= {1, 2, 3, 4} and answer["why"].endswith(".")
        moved += answer["order"][0] != 1
        strange += max(answer["order"]) > 4
    assert 20 <= moved <= 60 and strange > 0


def test_the_same_question_has_the_same_answer_and_another_seed_another(start):
    one, same, other = start("--seed", 1), start("--seed", 1), start("--seed", 2)
    say = [text_of(u.responses(SAID).json()) for u in (one, same, other)]
    assert say[0] == say[1] != say[2]


def test_embeddings_are_the_same_as_floats_and_base64(understudy):
    ask = {"model": "text-embedding-3-small", "input": ["a white linen shirt", "white linen shirts", "a diesel engine"]}
    floats = [d["embedding"] for d in understudy.post("embeddings", ask).json()["data"]]
    packed = understudy.post("embeddings", {**ask, "encoding_format": "base64"}).json()["data"]
    unpacked = [struct.unpack("<1536f", base64.b64decode(d["embedding"])) for d in packed]
    assert all(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-7) for f, u in zip(floats, unpacked) for a, b in zip(f, u))
    near, far = (sum(a * b for a, b in zip(floats[0], v)) for v in floats[1:])
    assert near > 0.6 > 0.3 > far and math.isclose(sum(a * a for a in floats[0]), 1, rel_tol=1e-4)
    short = understudy.post("embeddings", {**ask, "input": "shirt", "dimensions": 256}).json()["data"]
    assert len(short) == 1 and len(short[0]["embedding"]) == 256


def test_models_health_and_metrics(understudy):
    assert [m["id"] for m in understudy.http.get(f"{understudy.url}/v1/models").json()["data"]] == ["understudy"]
    assert understudy.http.get(f"{understudy.url}/v1/models/gpt-4").status_code == 404
    assert understudy.http.get(f"{understudy.url}/healthz").status_code == 200
    understudy.chat(SAID)
    understudy.chat(PARAGRAPH, tools=tools("chat"))
    assert understudy.metric('understudy_requests_total{kind="suggestion"}') == 1
    assert understudy.metric('understudy_requests_total{kind="extraction"}') == 1
    assert understudy.metric('understudy_tokens_total{direction="output"}') > 50


def test_instructions_seen_before_are_cached(understudy):
    first, second = (understudy.responses(SAID, instructions="Be kind. " * 1000).json()["usage"] for _ in range(2))
    assert first["input_tokens_details"]["cached_tokens"] == 0 < second["input_tokens_details"]["cached_tokens"] < second["input_tokens"]


# -- bad requests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path,body,param", [
    ("responses", {"input": "hi"}, None),
    ("responses", {"model": "m"}, "input"),
    ("responses", {"model": "m", "input": "x", "tools": [{"type": "teapot"}]}, "tools[0].type"),
    ("responses", {"model": "m", "input": "x", "text": {"format": {"type": "json_schema", "name": "n"}}}, "text.format"),
    ("chat/completions", {"model": "m"}, "messages"),
    ("chat/completions", {"model": "m", "messages": []}, "messages"),
    ("chat/completions", {"model": "m", "messages": [{"role": "wizard", "content": "x"}]}, "messages"),
    ("chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [{"type": "function"}]}, "tools[0].function.name"),
    ("chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}], "tool_choice": "maybe"}, "tool_choice"),
    ("embeddings", {"model": "m"}, "input"),
    ("embeddings", {"model": "m", "input": ""}, "input"),
    ("embeddings", {"model": "m", "input": "x", "dimensions": 99999}, "dimensions"),
])
def test_a_bad_request_is_refused_in_openai_s_shape(understudy, path, body, param):
    answer = understudy.post(path, body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"} and error["type"] == "invalid_request_error" and error["param"] == param


def test_what_is_no_json_is_refused_and_the_connection_stays(understudy):
    for junk in (b"{", b"[1]", b"", b'{"model":"m","model":"m","input":"x"}', b"\xff\xfe"):
        answer = understudy.http.post(f"{understudy.url}/v1/responses", data=junk)
        assert answer.status_code == 400 and answer.json()["error"]["message"]
    assert understudy.http.post(f"{understudy.url}/v1/teapots", json={}).status_code == 404
    assert understudy.responses(SAID).status_code == 200


def test_a_bad_option_is_named(ensemble):
    for arguments, name in ((["--fault", "sloth:0.5"], "fault"), (["--replay-pieces", "some"], "replay-pieces")):
        daemon = ensemble.start("understudy", "--port", 0, *arguments, wait=False)
        assert daemon.wait() == 2 and f"option {name}=" in daemon.log()
        daemon.expected = {2}


# -- pace -------------------------------------------------------------------------------------------------


def test_tokens_come_at_the_pace_asked_for(understudy):
    pace = {"X-Understudy-First-Token-Ms": "300", "X-Understudy-Tokens-Per-Second": "100"}
    begun = time.monotonic()
    answer = understudy.responses(SAID, headers=pace, stream=True, max_output_tokens=40)
    chunks = [time.monotonic() - begun for _ in answer.iter_content(None)]
    assert 0.25 < chunks[0] and 0.6 < chunks[-1] and len(chunks) > 20
    begun = time.monotonic()
    understudy.chat(SAID, headers=pace, max_tokens=40)
    assert time.monotonic() - begun > 0.6


# -- faults -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault,status,code", [("429", 429, "rate_limit_exceeded"), ("quota", 429, "insufficient_quota"), ("500", 500, None),
                                               ("503", 503, "server_is_overloaded")])
def test_an_error_can_be_asked_for(understudy, fault, status, code):
    for answer in (understudy.chat(SAID, headers={"X-Understudy-Fault": fault}), understudy.chat(SAID, model=f"gpt-6-luna+{fault}")):
        assert answer.status_code == status and answer.json()["error"]["code"] == code
        assert ("retry-after" in answer.headers) == (fault == "429")


def test_a_cut_stream_ends_in_the_middle(understudy):
    for ask in (understudy.responses, understudy.chat):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            ask(SAID, model="m+cut", stream=True).content


def test_a_stalled_stream_sends_a_part_and_then_nothing(understudy):
    answer = understudy.post("responses", {"model": "m+stall", "input": SAID, "stream": True})
    answer.raw._fp.fp.raw._sock.settimeout(0.5)
    got = b""
    with pytest.raises(Exception):
        for piece in answer.iter_content(None):
            got += piece
    assert b"output_text.delta" in got and b"output_text.done" not in got
    answer.close()


def test_other_faults_do_what_they_say(understudy):
    whole = text_of(understudy.responses(SAID).json())
    assert text_of(understudy.responses(SAID, model="m+empty").json()) == ""
    refused = understudy.responses(SAID, model="m+refusal").json()
    assert refused["output"][0]["content"][0]["type"] == "refusal"
    short = understudy.responses(SAID, model="m+length").json()
    assert short["status"] == "incomplete" and whole.startswith(text_of(short)) and len(text_of(short)) < len(whole)
    assert understudy.chat(SAID, model="m+filter").json()["choices"][0]["finish_reason"] == "content_filter"
    assert b"\xff\xfe" in understudy.responses(SAID, model="m+garbage", stream=True).content
    with pytest.raises(ValueError):
        understudy.chat(SAID, model="m+garbage").json()
    spoilt = understudy.chat(PARAGRAPH, model="m+badargs", tools=tools("chat")).json()["choices"][0]["message"]["tool_calls"]
    with pytest.raises(ValueError):
        json.loads(spoilt[0]["function"]["arguments"])
    wrapped = understudy.chat(PARAGRAPH, model="m+wrapper", tools=tools("chat")).json()["choices"][0]["message"]["tool_calls"]
    assert [c["function"]["name"] for c in wrapped] == ["multi_tool_use.parallel"]
    assert len(json.loads(wrapped[0]["function"]["arguments"])["tool_uses"]) == 2
    assert understudy.chat(SAID, headers={"X-Understudy-Fault": "sloth"}).status_code == 400


def test_faults_come_in_the_share_asked_for(start):
    understudy = start("--fault", "500:0.2,429:0.1")
    got = [understudy.chat("SHOPPER: hello").status_code for _ in range(400)]
    assert 50 < got.count(500) < 115 and 20 < got.count(429) < 65 and got.count(200) > 200


# -- replay -----------------------------------------------------------------------------------------------


@needs_reference
@pytest.mark.parametrize("pieces", ["1", "3", "1000", "random", "whole"])
@pytest.mark.parametrize("name", ["resp-parallel-gpt5.sse", "err-azure-429.json"])
def test_a_recording_is_served_byte_for_byte(start, name, pieces):
    assert STREAMS.exists(), "CI has ../shared"
    understudy = start("--replay", STREAMS / name, "--replay-pieces", pieces)
    answer = understudy.chat(SAID)
    assert answer.content == (STREAMS / name).read_bytes()
    assert answer.status_code == (429 if name.startswith("err") else 200)
    assert answer.headers["content-type"].startswith("text/event-stream" if name.endswith("sse") else "application/json")


@needs_reference
def test_a_request_can_name_a_recording_of_the_folder_and_no_other(start):
    understudy = start("--replay", f"{STREAMS}/")
    answer = understudy.chat(SAID, headers={"X-Understudy-Replay": "chat-refusal.sse", "X-Understudy-Replay-Pieces": "7"})
    assert answer.content == (STREAMS / "chat-refusal.sse").read_bytes()
    assert understudy.chat(SAID).json()["model"] == "understudy"
    for name in ("../README.md", ".hidden", "none.sse"):
        assert understudy.chat(SAID, headers={"X-Understudy-Replay": name}).status_code == 400
