"""Seeds of a fuzz target. A recorded stream is cut to what a fuzzer can work with: each shape of event twice, long
texts short, nothing longer than MOST bytes. An input of 40 KB is slow to read and slower to change in the right
place."""
import json
import pathlib

TOP = pathlib.Path(__file__).resolve().parents[2]
STREAMS = TOP / "../shared/streams"
MOST = 4096
RECORDED = {  # each gets a first byte, which says how it is cut
    "fuzz_sse": "*.sse", "fuzz_responses": "resp-*", "fuzz_chat": "*chat-*", "fuzz_error": "*err-*",
}
LEAD = {"fuzz_sse": b"\x00\x0f", "fuzz_responses": b"\x10\x7e", "fuzz_chat": b"\x12\x7c", "fuzz_error": b"\x03\x09"}


SETTINGS = {"tools", "metadata", "instructions", "text", "reasoning", "tool_choice"}  # of a response that repeats them


def is_response(value):
    return value.get("object") == "response"


def short(value):
    """VALUE with its texts and lists cut, and what only repeats the request left out."""
    if isinstance(value, str):
        return value[:24]
    if isinstance(value, list):
        return [short(each) for each in value[:3]]
    if isinstance(value, dict):
        return {key: each if key in ("type", "object", "status", "finish_reason") else short(each)
                for key, each in value.items()
                if not (is_response(value) and (each is None or key in SETTINGS))}
    return value


def shape(value):
    if isinstance(value, dict):
        return tuple((key, shape(each) if key != "type" else each) for key, each in sorted(value.items()))
    if isinstance(value, list):
        return tuple(shape(each) for each in value)
    return type(value).__name__


def events(text):
    """TEXT's events with what is alike left out. Other than data, and data that is no JSON, stays as it is."""
    seen = {}
    for event in text.split(b"\n\n"):
        lines, kind = [], []
        for line in event.split(b"\n"):
            name, _, value = line.partition(b":")
            try:
                value = json.loads(value) if name == b"data" else None
            except ValueError:
                value = None
            if isinstance(value, dict):
                line = b"data: " + json.dumps(short(value), ensure_ascii=False, separators=(",", ":")).encode()
            kind.append((name, shape(value)))
            lines.append(line)
        seen[tuple(kind)] = seen.get(tuple(kind), 0) + 1
        if seen[tuple(kind)] <= 2:
            yield b"\n".join(lines)


def cut(recorded):
    try:
        return json.dumps(short(json.loads(recorded))).encode()[:MOST - 1]
    except ValueError:
        pass
    kept, size = [], 0
    for event in events(recorded):
        size += len(event) + 2
        if size >= MOST:
            break
        kept.append(event)
    return b"\n\n".join(kept) or recorded[:MOST - 1]


def plant(target, corpus):
    """Put the seeds of TARGET into the folder CORPUS."""
    corpus.mkdir(parents=True, exist_ok=True)
    for path in STREAMS.glob(RECORDED[target]) if target in RECORDED else ():
        if path.suffix != ".meta":
            for lead in LEAD[target]:
                (corpus / f"{path.name}.{lead}").write_bytes(bytes([lead]) + cut(path.read_bytes()))
    own = TOP / "tests/fuzz/streams" / target  # of servers with ways of their own: those of tests/common/test_answers.c
    for n, stream in enumerate(own.read_bytes().split(b"\n-- 8< --\n") if own.exists() else ()):
        for lead in LEAD[target]:
            (corpus / f"own{n}.{lead}").write_bytes(bytes([lead]) + stream)
    for path in (TOP / "tests/fuzz/seeds" / target).glob("*"):
        (corpus / path.name).write_bytes(path.read_bytes()[:MOST])
