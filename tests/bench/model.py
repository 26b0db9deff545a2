#!/usr/bin/env python3
"""make bench-model: a stream of 10,000 chunks, as OpenAI sends them, replayed by the understudy; CPU microseconds a
chunk in the model client and in libcurl alone. The last line is JSON."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
OUT = TOP / sys.argv[1]
CHUNKS, ROUNDS = 10000, 15


def event(kind, **members):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members}, separators=(',', ':'))}\n\n"


def responses():
    item = "msg_0123456789abcdef0123456789abcdef0123456789abcdef01"
    text = event("response.created", sequence_number=0, response={"id": "resp_1", "status": "in_progress"})
    for i in range(CHUNKS):
        text += event("response.output_text.delta", sequence_number=i + 1, item_id=item, output_index=0,
                      content_index=0, delta=" linen", logprobs=[])
    return text + event("response.completed", sequence_number=CHUNKS + 1,
                        response={"id": "resp_1", "status": "completed", "output": []})


def chat():
    def chunk(delta, finish=None):
        return "data: " + json.dumps({"id": "chatcmpl-0123456789abcdef0123456789abc", "object": "chat.completion.chunk",
                                      "created": 1795000000, "model": "gpt-6-luna", "choices": [
                                          {"index": 0, "delta": delta, "finish_reason": finish}]},
                                     separators=(",", ":")) + "\n\n"
    return chunk({"role": "assistant", "content": ""}) + chunk({"content": " linen"}) * CHUNKS + chunk({}, "stop") \
        + "data: [DONE]\n\n"


def measure(dialect, stream, state):
    path = pathlib.Path(state) / f"{dialect}.sse"
    path.write_text(stream)
    log = open(pathlib.Path(state) / "log", "wb")
    understudy = subprocess.Popen([OUT / "understudy/understudy", "--state-dir", state, "--port", "0", "--replay", path],
                                  cwd=TOP, stdout=log, stderr=log)
    try:
        for _ in range(500):
            match = re.search(rb"port=(\d+)(?s:.*)ready", pathlib.Path(log.name).read_bytes())
            if match or understudy.poll() is not None:
                break
            time.sleep(0.02)
        port = int(match.group(1))
        output = subprocess.run([OUT / "tests/bench/bench_model", f"http://127.0.0.1:{port}/v1", dialect, str(CHUNKS),
                                 str(ROUNDS)], cwd=TOP, stdout=subprocess.PIPE, check=True, text=True).stdout
        return json.loads(output)
    finally:
        understudy.terminate()
        understudy.wait()


with tempfile.TemporaryDirectory(prefix="ens-bench-") as folder:
    results = {"chat": measure("chat", chat(), folder), "responses": measure("responses", responses(), folder)}
for name, result in results.items():
    print(json.dumps({"dialect": name, **result}))
worst = max(results.values(), key=lambda r: r["client_us_per_chunk"] - r["curl_us_per_chunk"])
print(json.dumps({"client_us_per_chunk": worst["client_us_per_chunk"], "curl_us_per_chunk": worst["curl_us_per_chunk"],
                  "added_us_per_chunk": round(worst["client_us_per_chunk"] - worst["curl_us_per_chunk"], 3)}))
