"""The other end of the bus for tests of the gateway alone: a ROUTER that speaks the frames of
common/message.h and does what a test says."""
import collections
import itertools
import json
import os
import queue
import threading
import time
import uuid

import zmq

from daemons import wait_until

TAILS = {"EVENT": "event", "THREAD": "messages"}


def encode(kind, tail=None, run="", step="", attempt=0, left=0, **fields):
    frames = [kind.encode() + b"\0", run.encode() + b"\0", step.encode() + b"\0", b"%d\0" % attempt, b"%d\0" % left,
              json.dumps(fields).encode()]
    return frames + [tail] if kind in TAILS else frames


def decode(frames):
    kind = frames[0].rstrip(b"\0").decode()
    message = json.loads(frames[5])
    message["kind"] = kind
    message["run"], message["step"], message["attempt"] = (f.rstrip(b"\0").decode() for f in frames[1:4])
    return message


class FakeOrchestrator:
    def __init__(self, state=None, endpoint=None, beats=True, capacity=64):
        self.endpoint = endpoint or f"ipc://{state}/bus/orchestrator"
        self.name = uuid.uuid4().hex
        self.capacity = capacity
        self.beats = beats
        self.peers = {}                       # route -> HELLO
        self.received = []                    # [(route, message)] but HELLO, BEAT
        self.unseen = collections.deque()     # of those, what no expect() has taken
        self.scripts = {}                     # kind -> function(self, route, message)
        self.outgoing = queue.Queue()
        self.offsets = itertools.count(1)
        self.stopping = threading.Event()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        assert self.ready.wait(5)

    # -- the thread that owns the socket ------------------------------------------------------------

    def _serve(self):
        if self.endpoint.startswith("ipc://"):
            os.makedirs(os.path.dirname(self.endpoint[6:]), exist_ok=True)
        context = zmq.Context()
        socket = context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        socket.setsockopt(zmq.SNDHWM, 0)
        socket.bind(self.endpoint)
        self.ready.set()
        beat_at = time.monotonic()
        while not self.stopping.is_set():
            if socket.poll(2):
                self._read(socket)
            while not self.outgoing.empty():
                self._write(socket, *self.outgoing.get())
            if self.beats and time.monotonic() > beat_at:
                beat_at = time.monotonic() + 0.5
                for route in list(self.peers):
                    self._write(socket, route, encode("BEAT"))
        socket.close(0)
        context.term()

    def _write(self, socket, route, frames):
        try:
            socket.send_multipart([route, *frames])
        except zmq.ZMQError:
            self.peers.pop(route, None)

    def _read(self, socket):
        route, *frames = socket.recv_multipart()
        message = decode(frames)
        kind = message["kind"]
        if kind == "HELLO":
            known = route in self.peers
            self.peers[route] = message
            if not known:
                self._write(socket, route, self._hello())
        elif route not in self.peers:
            self._write(socket, route, encode("WHO", name=self.name))
        elif kind not in ("BEAT", "FIGURES"):
            self.received.append((route, message))
            self.unseen.append((route, message))
            if kind in self.scripts:
                self.scripts[kind](self, route, message)

    def _hello(self):
        return encode("HELLO", role="orchestrator", name=self.name, version=1, capacity=self.capacity)

    # -- what a test says ---------------------------------------------------------------------------

    def send(self, route, kind, tail=None, **fields):
        if isinstance(tail, (dict, list)):
            tail = json.dumps(tail, separators=(",", ":"))
        if isinstance(tail, str):
            tail = tail.encode()
        self.outgoing.put((route, encode(kind, tail, **fields)))

    def event(self, route, stream, event, offset=None, last=0):
        self.send(route, "EVENT", event, stream=stream, last=last,
                  offset=next(self.offsets) if offset is None else offset)

    def set_capacity(self, capacity):
        self.capacity = capacity
        for route in self.peers:
            self.outgoing.put((route, self._hello()))

    def expect(self, kind, seconds=5, **fields):
        """The next message of KIND with these FIELDS that nobody has expected yet: (route, message)."""
        def find():
            for item in list(self.unseen):
                if item[1]["kind"] == kind and all(item[1].get(k) == v for k, v in fields.items()):
                    self.unseen.remove(item)
                    return item
            return None
        item = wait_until(find, seconds, 0.002)
        assert item, f"no {kind} {fields}; came: {[m for _, m in self.received]}"
        return item

    def count(self, kind):
        return sum(m["kind"] == kind for _, m in self.received)

    def wait_for_peer(self, count=1):
        assert wait_until(lambda: len(self.peers) >= count), "no gateway has said HELLO"

    def close(self):
        self.stopping.set()
        self.thread.join(5)

    # -- ready-made runs ----------------------------------------------------------------------------

    def answer_queries(self, words="Take the linen shirt.", hold_back=False):
        """From now on each QUERY gets a whole run."""
        self.scripts["QUERY"] = lambda fake, route, m: fake.run(route, m, words)

    def run(self, route, query, words="Take the linen shirt.", start=1):
        events = a_run(query.get("thread") or "t-" + query["run_id"], query["run_id"], words)
        for offset, event in enumerate(events, 1):
            if offset >= start:
                self.event(route, query["stream"], event, offset, int(offset == len(events)))
        return events


def a_run(thread, run_id, words):
    """The events of a small whole run, as design.md section 3 has them."""
    product = {"id": "LN-204", "title": "Linen Camp Shirt", "price": {"amount": 4900, "currency": "USD"}}
    result = {"slot": "top", "outcome": "found", "products": [product]}
    text = [{"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "delta": w + " "} for w in words.split()]
    return [
        {"type": "RUN_STARTED", "threadId": thread, "runId": run_id},
        {"type": "STATE_SNAPSHOT", "snapshot": {"criteria": {}, "profile": {}, "look": {}}},
        {"type": "SUBAGENT_STARTED", "subagentRunId": "w1", "name": "wardrobe"},
        {"type": "TOOL_CALL_START", "toolCallId": "c0", "toolCallName": "find_product"},
        {"type": "TOOL_CALL_ARGS", "toolCallId": "c0", "delta": "{\"slot\":"},
        {"type": "TOOL_CALL_ARGS", "toolCallId": "c0", "delta": "\"top\"}"},
        {"type": "TOOL_CALL_END", "toolCallId": "c0"},
        {"type": "TOOL_CALL_RESULT", "messageId": "r0", "toolCallId": "c0", "content": json.dumps(result)},
        {"type": "CUSTOM", "name": "criteria", "value": {"size.letters": {"label": "size M"}}},
        {"type": "TEXT_MESSAGE_START", "messageId": "m1", "role": "assistant"},
        *text,
        {"type": "TEXT_MESSAGE_END", "messageId": "m1"},
        {"type": "SUBAGENT_FINISHED", "subagentRunId": "w1"},
        {"type": "RUN_FINISHED", "threadId": thread, "runId": run_id, "result": {"look": {}},
         "usage": [{"model": "understudy", "inputTokens": 1, "outputTokens": 2}]},
    ]
