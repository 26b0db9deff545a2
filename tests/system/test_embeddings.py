"""Products and questions as vectors: an import that asks for them, and lookups that are ranked by them too."""
import http.server
import json
import threading
import time

import pytest

from daemons import SAMPLE_SHOP, import_feed, wait_until

pytestmark = pytest.mark.usefixtures("home")  # all of it for both homes of a catalogue
FEED = ("id\ttitle\tproduct_type\tprice\tavailability\n"
        "a\tSarong\tBeachwear\t9.00 USD\tin_stock\n"
        "b\tSea towel\tBeachwear\t9.00 USD\tin_stock\n"
        "c\tIron skillet\tKitchen\t9.00 USD\tin_stock\n")
MEANINGS = {"sarong": (1, 0, 0), "sea": (0.9, 0.3, 0), "iron": (0, 0, 1), "bathing": (1, 0.1, 0), "frying": (0, 0.2, 1)}


class Server:
    """/v1/embeddings that knows MEANINGS' words; a test may make it slow, broken, or wide."""

    def __init__(self):
        self.texts, self.dimensions, self.pause, self.status, self.most = [], 3, 0, 200, 10**9
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer.status if len(outer.texts) + len(ask["input"]) <= outer.most else 400
                time.sleep(outer.pause)
                body = {"error": {"message": "broken", "type": "invalid_request_error"}}
                if status == 200:
                    outer.texts += ask["input"]
                    body = {"data": [{"index": i, "embedding": outer.vector(text)} for i, text in enumerate(ask["input"])]}
                body = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def vector(self, text):
        known = [vector for word, vector in MEANINGS.items() if word in text.lower()] or [(0.1, 1, 0.1)]
        return list(known[0]) + [0] * (self.dimensions - 3)

    def options(self, *more):
        return ["--embedding-url", self.url, "--embedding-model", "tiny", "--embedding-batch", 2, *more]


@pytest.fixture
def server():
    server = Server()
    yield server
    server.server.shutdown()


@pytest.fixture
def feed(tmp_path):
    path = tmp_path / "feed.tsv"
    path.write_text(FEED)
    return path


def serve(ensemble, fake, server, *more):
    daemon = ensemble.start("wardrobe", *server.options(*more))
    daemon.route = fake.expect("FACETS")[0]
    return daemon


def ids(fake, daemon, words, **fields):
    fake.send(daemon.route, "LOOKUP", **{"words": words, "slot": "", "wish": None, "criteria": {}, "early": 0, "limit": 6,
                                         "version": "", **fields})
    return [product["id"] for product in fake.expect("FOUND")[1]["result"]["products"]]


def test_what_no_word_finds_is_found_by_its_meaning(ensemble, fake, server, feed):
    said = import_feed(ensemble.state, feed, *server.options()).stderr
    assert "vectors: 3 texts asked for, 0 products known" in said
    daemon = serve(ensemble, fake, server, "--embed-ms", 5000)
    assert ids(fake, daemon, "bathing wrap")[:2] == ["a", "b"]
    assert ids(fake, daemon, "frying")[0] == "c"
    asked = len(server.texts)
    assert ids(fake, daemon, "frying")[0] == "c" and len(server.texts) == asked  # it is remembered
    ids(fake, daemon, "bathing garb", early=1)
    assert len(server.texts) == asked  # the shopper's own words wait for no embedding
    hard = {"not.product": {"field": "product", "none": ["a"]}}
    assert ids(fake, daemon, "bathing wrap", criteria=hard)[0] == "b"


def test_a_second_import_asks_for_what_is_new_alone(ensemble, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    feed.write_text(FEED + "d\tFrying\tKitchen\t9.00 USD\tin_stock\n")
    said = import_feed(ensemble.state, feed, *server.options()).stderr
    assert "vectors: 1 texts asked for, 3 products known" in said and server.texts[3:] == ["Frying. Kitchen"]
    other = server.options()
    other[3] = "another"
    assert "vectors: 4 texts asked for" in import_feed(ensemble.state, feed, *other).stderr


def test_an_import_outlives_its_embedding_server_and_the_next_completes_it(ensemble, fake, server, feed):
    server.most = 2  # then it fails
    said = import_feed(ensemble.state, feed, *server.options("--embedding-calls", 1)).stderr
    assert "embeddings: " in said and "1 products without one: found by their words, import again to complete them" in said
    server.most = 10**9
    daemon = serve(ensemble, fake, server, "--embed-ms", 5000)
    assert ids(fake, daemon, "skillet")[0] == "c"
    assert "vectors: 1 texts asked for, 2 products known" in import_feed(ensemble.state, feed, *server.options()).stderr
    fake.expect("FACETS")
    assert ids(fake, daemon, "frying")[0] == "c"


def test_a_dead_server_costs_the_vectors_and_not_the_import(ensemble, fake, server, feed):
    server.status = 401
    said = import_feed(ensemble.state, feed, *server.options()).stderr
    assert "it is not asked any more in this import" in said and "3 products without one" in said
    daemon = serve(ensemble, fake, server)
    daemon.wait_for_log("catalogue: it has no vectors: lookups go by words alone")
    assert ids(fake, daemon, "sarong") == ["a"]


def test_a_late_server_is_waited_for_no_longer_than_said(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = serve(ensemble, fake, server, "--embed-ms", 50)
    server.pause = 1
    began = time.monotonic()
    assert ids(fake, daemon, "bathing sarong") == ["a"]  # words alone
    assert time.monotonic() - began < 0.9
    assert wait_until(lambda: "bathing sarong" in server.texts)
    assert wait_until(lambda: ids(fake, daemon, "bathing sarong")[:2] == ["a", "b"])  # it came, for the next one
    for n in range(3):
        ids(fake, daemon, f"sarong {n}")
    daemon.wait_for_log("the server's answers are late")
    server.pause = 0
    began = time.monotonic()
    for n in range(20):
        ids(fake, daemon, f"sarong {n} more")
    daemon.wait_for_log("the server's answers are in time again")


def test_a_server_that_fails_is_left_alone_for_a_while(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = serve(ensemble, fake, server, "--embed-ms", 5000)
    server.status = 500
    assert ids(fake, daemon, "bathing sarong") == ["a"]
    daemon.wait_for_log("embeddings: the server fails .*: lookups go by words alone until it answers")
    server.status = 200
    asked = len(server.texts)
    assert ids(fake, daemon, "bathing sarong") == ["a"] and len(server.texts) == asked


def test_vectors_of_another_size_are_left_aside(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = serve(ensemble, fake, server, "--embed-ms", 5000)
    server.dimensions = 8
    assert ids(fake, daemon, "bathing sarong") == ["a"]
    daemon.wait_for_log("the server gives 8 dimensions, the catalogue's vectors have 3")
    asked = len(server.texts)
    assert ids(fake, daemon, "sarong, again") == ["a"] and len(server.texts) == asked


def test_vectors_of_another_model_are_left_aside(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = ensemble.start("wardrobe", "--embedding-url", server.url, "--embedding-model", "other")
    daemon.route = fake.expect("FACETS")[0]
    daemon.wait_for_log("its vectors are of the model tiny and not of other")
    assert ids(fake, daemon, "bathing sarong") == ["a"]


def test_a_lookup_that_waits_can_be_cancelled(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = serve(ensemble, fake, server, "--embed-ms", 1500)
    server.pause = 0.7
    for step, words in (("s1", "sarong one"), ("s2", "sarong two")):
        fake.send(daemon.route, "LOOKUP", run="r", step=step, words=words, slot="", wish=None, criteria={}, early=0, limit=6,
                  version="")
    fake.send(daemon.route, "CANCEL", run="r", step="s1", reason="test")
    assert fake.expect("FOUND")[1]["step"] == "s2"
    assert fake.count("FOUND") == 1


def test_the_understudy_serves_the_whole_offline(ensemble, fake):
    understudy = ensemble.start("understudy", "--port", 0)
    url = ["--embedding-url", f"http://127.0.0.1:{understudy.port()}/v1", "--embedding-dimensions", 256]
    said = import_feed(ensemble.state, SAMPLE_SHOP, *url).stderr
    assert "products known" in said and "without one" not in said
    daemon = ensemble.start("wardrobe", *url)
    daemon.route = fake.expect("FACETS")[0]
    daemon.wait_for_log("catalogue: vectors of text-embedding-3-small, 256 dimensions, 0 products without one")
    assert ids(fake, daemon, "linen shirt for the beach")
