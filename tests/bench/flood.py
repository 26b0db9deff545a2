#!/usr/bin/python3
"""flood.py [--messages N] [--streams N]: stack-notes.md section 8, rule 9. A peer floods the orchestrator's socket with
requests while it streams from the model (libcurl) to shoppers: no stream may stand still for 100 ms, and every request
is answered. `before` is the longest pause of the same streams without a flood. The last line is JSON."""
import argparse
import json
import pathlib
import sys
import threading
import time
import uuid

import websocket
import zmq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from bus_peers import encode  # noqa: E402
from daemons import SLOW, Whole  # noqa: E402

QUESTION = "I need a whole outfit for a beach wedding in July, and two other ideas beside it"
IN_FLIGHT = 5000  # requests that wait for an answer: more would only fill the kernel's buffers


class Stream(threading.Thread):
    """A shopper who reads one answer, and when each piece of its words came."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.socket = websocket.create_connection(url, timeout=60 * SLOW)
        self.words, self.ended, self.degraded = [], None, []
        self.socket.send(json.dumps({"query": QUESTION}))
        self.start()

    def run(self):
        while self.ended is None:
            event = json.loads(self.socket.recv()).get("chunk", {"type": "ping"})
            if event["type"] == "TEXT_MESSAGE_CONTENT":
                self.words.append(time.monotonic())
            elif event["type"] == "CUSTOM" and event["name"] == "degraded":
                self.degraded.append(event["value"])
            elif event["type"] in ("RUN_FINISHED", "RUN_ERROR"):
                self.ended = event["type"]
        self.socket.close()

    def pause_ms(self, begun, ended):
        """The longest time without words that touches BEGUN to ENDED."""
        return max((b - a for a, b in zip(self.words, self.words[1:]) if b > begun and a < ended), default=0) * 1000


def streams(url, count):
    listening = [Stream(url) for _ in range(count)]
    while not all(stream.words or stream.ended for stream in listening):
        time.sleep(0.005)
    return listening


def flood(state, count):
    """Ask COUNT times for a thread that is not there. Returns how many answers came."""
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.ROUTING_ID, uuid.uuid4().bytes)
    socket.connect(f"ipc://{state}/bus/orchestrator")
    socket.send_multipart(encode("HELLO", role="gateway", name=uuid.uuid4().hex, version=1, capacity=1))
    request = encode("HISTORY", owner="nobody", thread="none", request=1)
    sent = answered = 0
    heard = time.monotonic()
    while answered < count and time.monotonic() < heard + 10 * SLOW:
        while sent < count and sent - answered < IN_FLIGHT:
            socket.send_multipart(request)
            sent += 1
        socket.poll(10)
        while socket.poll(0):
            answered += socket.recv_multipart()[0] == b"THREAD\0"
            heard = time.monotonic()
    socket.close()
    context.term()
    return answered


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--streams", type=int, default=20)
    options = parser.parse_args()
    whole = Whole(understudy=("--first-token-ms", 50, "--tokens-per-second", 60))
    try:
        whole.up()
        quiet = streams(whole.url, options.streams)
        for stream in quiet:
            stream.join()
        listening = streams(whole.url, options.streams)
        begun = time.monotonic()
        answered = flood(whole.state, options.messages)
        ended = time.monotonic()
        for stream in listening:
            stream.join()
    finally:
        whole.close()
        whole.remove()
    print(json.dumps({
        "messages": options.messages, "answered": answered, "seconds": round(ended - begun, 2), "streams": options.streams,
        "longest_pause_ms": round(max(s.pause_ms(begun, ended) for s in listening), 1),
        "before_ms": round(max(s.pause_ms(0, ended) for s in quiet), 1),
        "finished": sum(s.ended == "RUN_FINISHED" for s in quiet + listening),
        "degraded": sum(len(s.degraded) for s in listening)}))


if __name__ == "__main__":
    main()
