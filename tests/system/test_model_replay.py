"""Every recorded stream over HTTP, served by the understudy in pieces, comes to what EXPECT.jsonl says; every
recorded error body falls into its class."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from daemons import BUILD, SANITIZER, TOP

PROBE = BUILD / "tests/tools/model_probe"
STREAMS = TOP / "../shared/streams"

pytestmark = pytest.mark.skipif(not STREAMS.exists() and not os.environ.get("CI"), reason="skipped: no ../shared/streams")

# what INDEX.tsv says of an error body, in the words of the client's classes; and the status where no .meta has it
ERRORS = {
    "err-openai-401.json": (401, "auth"), "err-openai-400-context-length.json": (400, "too_long"),
    "err-openai-404-model.json": (404, "not_found"), "err-openai-insufficient-quota.json": (429, "quota"),
    "err-openai-reasoning-temperature-400.json": (400, "bad_param"),
    "err-openai-reasoning-max-tokens-400.json": (400, "bad_param"), "err-azure-429.json": (429, "rate"),
    "err-openrouter-429.json": (429, "rate"), "err-azure-prompt-filter-status200.json": (200, "policy"),
    "err-mistral-401-detail.json": (401, "auth"), "err-groq-400-tool-use-failed.json": (400, "bad_request"),
    "doc-err-openai-429-tpm.json": (429, "rate"),
}


def understudy(ensemble, pieces):
    """An understudy that serves what is put into its file; and how to put something there."""
    path = pathlib.Path(ensemble.state) / "answer"
    path.write_bytes(b"")
    daemon = ensemble.start("understudy", "--port", 0, "--replay", path, "--replay-pieces", pieces)

    def put(body, status=200):
        path.write_bytes(body)
        kind = "text/event-stream" if b"data:" in body[:400] or body[:1] == b":" else "application/json"
        pathlib.Path(f"{path}.meta").write_text(json.dumps({"status": status, "headers": {"content-type": [kind]}}))
    daemon.url = f"http://127.0.0.1:{daemon.port()}/v1"
    return daemon, put


def ask(ensemble, daemon, dialect, **request):
    path = pathlib.Path(ensemble.state) / "request.json"
    path.write_text(json.dumps({"model": "m", "stream": True, "attempts": 1, "deadline_ms": 30000,
                                "messages": [{"role": "user", "content": "hi"}], **request}))
    process = subprocess.run([PROBE, "ask", path], cwd=TOP, capture_output=True, text=True, timeout=60,
                             env={"PATH": os.environ["PATH"], "MODEL_URL": daemon.url, "MODEL_DIALECT": dialect})
    assert process.returncode == 0 and not SANITIZER.search(process.stderr), process.stderr
    return json.loads(process.stdout)


def calls_of(tools):
    """The calls as the client hands them on: the wrapper that models invent is expanded."""
    for tool in tools:
        if tool["name"] not in ("parallel", "multi_tool_use.parallel"):
            yield tool["id"], tool["name"], json.loads(tool["arguments"])
            continue
        for use in json.loads(tool["arguments"])["tool_uses"]:
            yield tool["id"], use["recipient_name"].removeprefix("functions."), use["parameters"]


@pytest.mark.parametrize("pieces", ["1", "3", "random", "whole"])
def test_every_stream_comes_to_what_is_expected(ensemble, pieces):
    expected = [json.loads(line) for line in (STREAMS / "EXPECT.jsonl").read_text().splitlines()]
    daemon, put = understudy(ensemble, pieces)
    read = 0
    for case in expected:
        if not (STREAMS / case["name"]).exists():
            continue
        put((STREAMS / case["name"]).read_bytes())
        got = ask(ensemble, daemon, case["dialect"])
        name = case["name"]
        assert (got["text"], got["refusal"]) == (case["text"], case["refusal"]), name
        assert (got["status"] == "error") == bool(case["error"]), (name, got)
        if not case["invalid_args"]:
            assert [(c["id"], c["name"], c["value"]) for c in got["calls"]] == list(calls_of(case["tools"])), name
        if case["usage"]:
            usage = case["usage"]
            assert got["usage"]["outputTokens"] == usage.get("output_tokens", usage.get("completion_tokens")), name
            assert got["usage"]["inputTokens"] == usage.get("input_tokens", usage.get("prompt_tokens")), name
        read += 1
    assert read >= 50


def test_every_error_body_falls_into_its_class(ensemble):
    daemon, put = understudy(ensemble, "random")
    for path in sorted(STREAMS.glob("*err-*.json")):
        status, expected = ERRORS[path.name]
        meta = pathlib.Path(f"{path}.meta")
        if meta.exists():
            assert json.loads(meta.read_text())["status"] == status
        put(path.read_bytes(), status)
        for dialect in "responses", "chat":
            got = ask(ensemble, daemon, dialect)
            assert (got["status"], got["error"], got["http"]) == ("error", expected, status), path.name
            assert got["calls"] == [] and got["message"], path.name


def test_a_cut_stream_is_truncated_and_its_calls_are_not_run(ensemble):
    daemon, put = understudy(ensemble, "7")
    put((STREAMS / "derived-chat-truncated.sse").read_bytes())
    got = ask(ensemble, daemon, "chat")
    assert (got["error"], got["calls"]) == ("transient", [])
    assert re.search("before its end", got["message"])
