"""A model's server that is a script: each request gets the next answer, the last one again and again."""
import json
import socket
import threading
import time

STREAMED = "text/event-stream"


def event(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chunk(text=None, finish=None):
    return event({"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]})


CHAT = chunk("hello") + chunk(" there") + chunk(finish="stop") + b"data: [DONE]\n\n"
RESPONSE = (event({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "hello there"})
            + event({"type": "response.completed", "response": {"status": "completed", "output": []}}))


class Answer:
    """STATUS and HEADERS, then PIECES: bytes are sent, a number is a pause in seconds, "cut" breaks the
    connection, "hold" keeps it until the client goes. LENGTH frames the body (False: until the end)."""

    def __init__(self, *pieces, status=200, headers=None, chunked=True, head=True):
        self.pieces, self.status, self.chunked, self.head = pieces, status, chunked, head
        self.headers = {"Content-Type": STREAMED, **(headers or {})}

    @classmethod
    def error(cls, status, body, headers=None):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        return cls(text, status=status, headers={"Content-Type": "application/json", **(headers or {})})

    def give(self, connection, leave=lambda: None):
        """Whether the connection can be used again. Calls LEAVE before the last piece: with it the client is done."""
        lines = [f"HTTP/1.1 {self.status} X"] + [f"{k}: {v}" for k, v in self.headers.items()]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        else:
            lines.append("Connection: close")
        if self.head:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        for n, piece in enumerate(self.pieces, 1):
            if n == len(self.pieces):
                leave()
            if piece == "cut":
                return False
            if piece == "hold":
                connection.settimeout(30)
                connection.recv(1)
                return False
            if isinstance(piece, bytes):
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if self.chunked else piece)
            else:
                time.sleep(piece)
        if self.chunked:
            connection.sendall(b"0\r\n\r\n")
        return self.chunked


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.at = path, headers, body, time.monotonic()
        self.json = json.loads(body)


class ModelServer:
    def __init__(self, *answers, wrap=None):
        self.answers = list(answers)
        self.requests, self.connections, self.gone = [], 0, []
        self.inside, self.most = 0, 0
        self.lock = threading.Lock()
        self.wrap = wrap
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, host="127.0.0.1", path="/v1"):
        return f"http{'s' if self.wrap else ''}://{host}:{self.port}{path}"

    def accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with self.lock:
            self.connections += 1
        try:
            if self.wrap:
                connection = self.wrap(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self.serve_one(connection):
                pass
        except OSError:
            pass
        finally:
            self.gone.append(time.monotonic())
            connection.close()

    def serve_one(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        with self.lock:
            self.requests.append(Request(lines[0].split()[1], headers, body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.inside += 1
            self.most = max(self.most, self.inside)
        answer = answer(self.requests[-1]) if callable(answer) else answer
        return answer.give(connection, self.leave)

    def leave(self):
        with self.lock:
            self.inside -= 1

    def close(self):
        self.listening.close()
