"""Workers and a gateway for tests of the orchestrator alone: DEALERs that speak the frames of
common/message.h and do what a test says, and a model's server that streams what it is given."""
import http.server
import itertools
import json
import queue
import threading
import time
import uuid

import zmq

TAILS = {"EVENT": "event", "THREAD": "messages"}


def encode(kind, run="", step="", attempt=0, left=0, **fields):
    return [kind.encode() + b"\0", run.encode() + b"\0", step.encode() + b"\0", b"%d\0" % attempt, b"%d\0" % left,
            json.dumps(fields).encode()]


class Message(dict):
    """What a sender leaves out is empty."""

    def __missing__(self, key):
        return ""


def decode(frames):
    message = Message(json.loads(frames[5]))
    message["kind"], message["run"], message["step"] = (f.rstrip(b"\0").decode() for f in frames[:3])
    message["attempt"], message["left"] = (int(f.rstrip(b"\0")) for f in frames[3:5])
    if message["kind"] in TAILS:
        message[TAILS[message["kind"]]] = json.loads(frames[6] or b"null")
    return message


class Peer:
    """One process on the bus. SCRIPT(peer, message) is called for each message; it answers with say()."""

    def __init__(self, state, role, script=None, capacity=64):
        self.role, self.script, self.capacity = role, script, capacity
        self.name = uuid.uuid4().hex
        self.received = []
        self.orders = queue.Queue()
        self.welcome = threading.Event()
        self.stopping = threading.Event()
        self.frozen = threading.Event()
        self.endpoint = f"ipc://{state}/bus/orchestrator"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        assert self.welcome.wait(10), f"{role} was never greeted"

    def say(self, kind, **fields):
        self.orders.put(encode(kind, **fields))

    def answer(self, to, kind, **fields):
        self.orders.put(encode(kind, to["run"], to["step"], to["attempt"], **fields))

    def of(self, kind):
        return [m for m in list(self.received) if m["kind"] == kind]

    def _serve(self):
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.ROUTING_ID, uuid.uuid4().bytes)
        socket.setsockopt(zmq.RECONNECT_IVL, 20)
        socket.connect(self.endpoint)
        hello = encode("HELLO", role=self.role, name=self.name, version=1, capacity=self.capacity)
        socket.send_multipart(hello)
        beat = time.monotonic()
        while not self.stopping.is_set():
            if self.frozen.is_set():
                time.sleep(0.01)
                continue
            while not self.orders.empty():
                socket.send_multipart(self.orders.get())
            if time.monotonic() - beat > 0.2:
                socket.send_multipart(encode("BEAT", load=0))
                beat = time.monotonic()
            if not socket.poll(2):
                continue
            message = decode(socket.recv_multipart())
            if message["kind"] == "HELLO":
                self.welcome.set()
            elif message["kind"] == "WHO":
                socket.send_multipart(hello)
            elif message["kind"] not in ("BEAT", "FIGURES"):
                self.received.append(message)
                if self.script:
                    self.script(self, message)
        socket.close()
        context.term()

    def close(self):
        self.stopping.set()
        self.thread.join(5)


class Gateway(Peer):
    def __init__(self, state):
        self.streams = itertools.count(1)
        super().__init__(state, "gateway")

    def query(self, said, thread="t1", run_id=None, owner="someone", **fields):
        """Send a query; the number of its stream."""
        stream = next(self.streams)
        self.say("QUERY", owner=owner, thread=thread, run_id=run_id or uuid.uuid4().hex, said=said, stream=stream,
                 **fields)
        return stream

    def attach(self, run_id="", offset=-1, owner="someone", thread=""):
        stream = next(self.streams)
        self.say("ATTACH", owner=owner, run_id=run_id, thread=thread, offset=offset, stream=stream)
        return stream

    def events(self, stream):
        return [m for m in list(self.received) if m["kind"] in ("EVENT", "REJECTED") and m["stream"] == stream]

    def whole(self, stream, seconds=15):
        """All events of STREAM, once its last has come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            events = self.events(stream)
            if events and (events[-1]["kind"] == "REJECTED" or events[-1]["last"]):
                return events
            time.sleep(0.005)
        raise AssertionError(f"no end: {[summary(e) for e in self.events(stream)]}")

    def until(self, stream, kind, seconds=10):
        """Wait for an event of type KIND."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [e for e in self.events(stream) if e["kind"] == "EVENT" and e["event"]["type"] == kind]
            if found:
                return found[0]
            time.sleep(0.002)
        raise AssertionError(f"no {kind}: {[summary(e) for e in self.events(stream)]}")

    def ask(self, kind, **fields):
        """A request with an answer of its own."""
        request = next(self.streams)
        self.say(kind, request=request, **fields)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for m in list(self.received):
                if m.get("request") == request:
                    return m
            time.sleep(0.002)
        raise AssertionError(f"{kind} was not answered")


def summary(event):
    return event.get("code") or event["event"]["type"]


class Model:
    """A server of chat completions. TEXT is streamed, WORDS at a time; GATE, when set, is waited for before
    the piece with that number. STATUS other than 200 is answered as it is."""

    def __init__(self, text="Hello."):
        self.text, self.status, self.pause, self.before = text, 200, 0, None
        self.requests, self.cut_after = [], None
        self.gate, self.gate_at = threading.Event(), None
        self.gate.set()
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                model.requests.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                try:
                    model.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        if self.status != 200:
            body = json.dumps({"error": {"message": "no", "type": "error", "code": self.code}}).encode()
            handler.send_response(self.status)
            handler.send_header("content-length", str(len(body)))
            handler.send_header("content-type", "application/json")
            handler.end_headers()
            handler.wfile.write(body)
            return
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        if self.before:
            self.before()
        text = self.text(self.requests[-1]) if callable(self.text) else self.text
        pieces = [text[i:i + 7] for i in range(0, len(text), 7)]
        for i, piece in enumerate(pieces):
            if self.gate_at is not None and i == self.gate_at:
                self.gate.wait(20)
            if self.cut_after is not None and i == self.cut_after:
                handler.close_connection = True
                return
            self.send(handler, {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            if self.pause:
                time.sleep(self.pause)
        self.send(handler, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.send(handler, {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}})
        handler.wfile.write(b"data: [DONE]\n\n")
        handler.close_connection = True

    def send(self, handler, chunk):
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "understudy-1", **chunk}
        handler.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        handler.wfile.flush()

    code = "server_error"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
