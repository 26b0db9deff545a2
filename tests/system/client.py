"""Small clients of the public wire. What they receive is checked against the rules of
reference/frontend-wire.md section 1, as the official client enforces them."""
import json
import ssl
import struct
import time
import uuid

import requests
import websocket

from daemons import SLOW

# Registered since 2012 (1012, 1013) and unknown to this library.
websocket._abnf.VALID_CLOSE_STATUS += (1012, 1013, 1014)


class WrongOrder(AssertionError):
    pass


class Order:
    """The order of events in one run."""

    OPENS = {"TEXT_MESSAGE_START": ("text", "messageId"), "TOOL_CALL_START": ("call", "toolCallId"),
             "SUBAGENT_STARTED": ("subagent", "subagentRunId"), "STEP_STARTED": ("step", "stepName")}
    NEEDS = {"TEXT_MESSAGE_CONTENT": ("text", "messageId"), "TOOL_CALL_ARGS": ("call", "toolCallId")}
    CLOSES = {"TEXT_MESSAGE_END": ("text", "messageId"), "TOOL_CALL_END": ("call", "toolCallId"),
              "SUBAGENT_FINISHED": ("subagent", "subagentRunId"), "SUBAGENT_ERROR": ("subagent", "subagentRunId"),
              "STEP_FINISHED": ("step", "stepName")}

    def __init__(self, is_resume=False):
        self.began = is_resume
        self.is_resume = is_resume
        self.ended = False
        self.open = set()
        self.spent = set()

    def see(self, event):
        kind = event["type"]
        if any(value is None for value in event.values()):
            raise WrongOrder(f"a null in {event}")
        if kind == "RUN_STARTED":
            if self.began and not self.is_resume:
                raise WrongOrder("RUN_STARTED twice")
            self.began = True
            return
        if self.ended:
            raise WrongOrder(f"{kind} after the end")
        if kind == "RUN_ERROR":
            self.ended = True
            return
        if not self.began:
            raise WrongOrder(f"{kind} before RUN_STARTED")
        if kind == "RUN_FINISHED":
            if self.open and not self.is_resume:
                raise WrongOrder(f"RUN_FINISHED with {self.open} open")
            self.ended = True
        if kind in self.OPENS:
            what = (self.OPENS[kind][0], event[self.OPENS[kind][1]])
            if what in self.open or (what[0] == "subagent" and what in self.spent):
                raise WrongOrder(f"{kind} of {what}, which is there already")
            self.open.add(what)
        elif not self.is_resume:
            for table in (self.NEEDS, self.CLOSES):
                if kind in table and (table[kind][0], event[table[kind][1]]) not in self.open:
                    raise WrongOrder(f"{kind} without its start: {event}")
        if kind in self.CLOSES:
            what = (self.CLOSES[kind][0], event[self.CLOSES[kind][1]])
            self.open.discard(what)
            self.spent.add(what)


class Closed(Exception):
    """The other side has closed the WebSocket."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def insecure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the default one reads all authorities: 100 ms
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Client:
    """One WebSocket. `events` are those of the run asked last; `ids` their offsets."""

    def __init__(self, url, run_id=None, offset=None, token=None, timeout=10, check=True, **more):
        query = {"runId": run_id, "offset": offset, "token": token}
        query = "&".join(f"{k}={v}" for k, v in query.items() if v is not None)
        self.ws = websocket.create_connection(url + ("?" + query if query else ""), timeout=timeout * SLOW,
                                              sslopt={"context": insecure()} if url.startswith("wss") else None,
                                              **more)
        self.check = check
        self.order = Order(offset is not None)
        self.events, self.ids, self.pings = [], [], 0

    # -- raw ----------------------------------------------------------------------------------------

    def send(self, frame):
        self.ws.send(frame if isinstance(frame, str) else json.dumps(frame))

    def frame(self):
        """The next frame as it came; raises Closed."""
        try:
            opcode, payload = self.ws.recv_data()
        except websocket.WebSocketConnectionClosedException as e:
            raise Closed(1006, str(e)) from None
        except ConnectionError as e:
            raise Closed(1006, str(e)) from None
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
            raise Closed(code, payload[2:].decode(errors="replace"))
        assert opcode == websocket.ABNF.OPCODE_TEXT, f"opcode {opcode}"
        return json.loads(payload)

    def event(self):
        """The next event: (id, event)."""
        while True:
            frame = self.frame()
            if frame.get("type") == "ping":
                self.pings += 1
                continue
            assert set(frame) == {"id", "chunk"}, f"not a frame of the wire: {frame}"
            assert isinstance(frame["id"], str) and frame["id"], "an id must be text, and not empty"
            if self.check:
                self.order.see(frame["chunk"])
            self.ids.append(frame["id"])
            self.events.append(frame["chunk"])
            return frame["id"], frame["chunk"]

    def closed(self):
        """Wait for the close; the code."""
        while True:
            try:
                self.frame()
            except Closed as closed:
                return closed.code

    # -- runs ---------------------------------------------------------------------------------------

    def begin(self, query, thread=None, run_id=None, plain=False, criteria=None, messages=None):
        """Send a question, wait for nothing. Returns the run's id."""
        run_id = run_id or "run-" + uuid.uuid4().hex[:12]
        self.order, self.events, self.ids = Order(), [], []
        if plain:
            frame = {"query": query, "runId": run_id}
            if thread:
                frame["threadId"] = thread
        else:
            frame = {"threadId": thread or "thread-" + run_id, "runId": run_id, "state": {}, "tools": [],
                     "context": [], "forwardedProps": {"criteria": criteria} if criteria else {},
                     "messages": (messages or []) + [{"id": "u-" + run_id, "role": "user", "content": query}]}
        self.send(frame)
        return run_id

    def to_end(self):
        """Read to the run's end; the events."""
        while True:
            _, event = self.event()
            if event["type"] in ("RUN_FINISHED", "RUN_ERROR"):
                return self.events

    def ask(self, query, **more):
        self.begin(query, **more)
        return self.to_end()

    def error(self, frame):
        """Send FRAME, which is not right: the code of the RUN_ERROR that answers it."""
        self.order = Order()
        self.send(frame)
        _, event = self.event()
        assert event["type"] == "RUN_ERROR", event
        assert event["message"], "an error needs a sentence"
        return event["code"]

    def abort(self, run_id):
        self.send({"type": "abort", "runId": run_id})

    def words(self):
        return "".join(e["delta"] for e in self.events if e["type"] == "TEXT_MESSAGE_CONTENT")

    def results(self):
        return [json.loads(e["content"]) for e in self.events if e["type"] == "TOOL_CALL_RESULT"]

    def products(self):
        return [p for result in self.results() for p in result.get("products", [])]

    def close(self):
        self.ws.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ws.shutdown()


def resume(url, run_id, offset=-1, **more):
    """Everything after OFFSET, and the close code: (client, code)."""
    client = Client(url, run_id=run_id, offset=offset, **more)
    while True:
        try:
            client.event()
        except Closed as closed:
            return client, closed.code


def sse(response):
    """The events of a text/event-stream answer: [(id or None, data)]."""
    events, number, lines = [], None, []
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        if line == "" and lines:
            data = "\n".join(lines)
            events.append((number, data if data == "[DONE]" else json.loads(data)))
            number, lines = None, []
        elif line.startswith("id:"):
            number = line[3:].strip()
        elif line.startswith("data:"):
            lines.append(line[5:].strip())
    return events


def agui(http, query, run_id=None, thread=None, **more):
    """One run over POST /agui; the open answer."""
    run_id = run_id or "run-" + uuid.uuid4().hex[:12]
    body = {"threadId": thread or "t-" + run_id, "runId": run_id, "state": {}, "tools": [], "context": [],
            "forwardedProps": {}, "messages": [{"id": "u1", "role": "user", "content": query}]}
    headers = {"Accept": "text/event-stream", **more.pop("headers", {})}
    return requests.post(http + "/agui", json=body, headers=headers, stream=True, timeout=20 * SLOW, **more)


def until(deadline_s=10):
    return time.monotonic() + deadline_s * SLOW
