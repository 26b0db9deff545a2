#!/usr/bin/python3
"""Vectors that cost nothing, for the benches: /v1/embeddings whose 384 numbers follow from a text's words, the same in every run.

embeddings_stub.py [--port N]    serves until it is stopped; the first line says where: "http://127.0.0.1:N/v1"

A vector is eight stretches, each of another word of the text, so that texts which share words are near each other as a model's are:
its nearest stand out, and the others crowd around 0.
"""
import http.server
import json
import random
import sys
import zlib

STRETCHES, NUMBERS, KINDS = 8, 48, 997


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        vectors = ",".join(f'{{"index":{i},"embedding":[{vector(text)}]}}' for i, text in enumerate(texts))
        body = f'{{"data":[{vectors}]}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


CHANCE = random.Random(384)
PIECES = [",".join(f"{CHANCE.gauss(0, 1):.2f}" for _ in range(NUMBERS)) for _ in range(KINDS)]


def vector(text):
    """Its numbers, as JSON has them between brackets."""
    words = text.lower().split() or [""]
    return ",".join(PIECES[zlib.crc32(words[i * len(words) // STRETCHES].encode()) % KINDS] for i in range(STRETCHES))


def main():
    port = int(sys.argv[2]) if sys.argv[1:2] == ["--port"] else 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
