"""Products and questions as vectors: an import that asks for them, and lookups that are ranked by them too."""
import http.server
import json
import subprocess
import threading
import time

import pytest

from daemons import SAMPLE_SHOP, SLOW, TOP, binary, import_feed, wait_until
from postgres_server import need_pgvector

pytestmark = pytest.mark.usefixtures("home")  # all of it for both homes of a catalogue, and for vectors on the server


@pytest.fixture(params=["sqlite", "postgres", "pgvector"])
def home(request, monkeypatch):
    monkeypatch.delenv("CATALOGUE", raising=False)
    if request.param == "sqlite":
        return
    postgres = request.getfixturevalue("postgres")
    monkeypatch.setenv("CATALOGUE", postgres.catalogue())
    if request.param == "pgvector":
        need_pgvector()
        monkeypatch.setenv("CATALOGUE_VECTORS", "server")


FEED = ("id\ttitle\tproduct_type\tprice\tavailability\n"
        "a\tSarong\tBeachwear\t9.00 USD\tin_stock\n"
        "b\tSea towel\tBeachwear\t9.00 USD\tin_stock\n"
        "c\tIron skillet\tKitchen\t9.00 USD\tin_stock\n")
MEANINGS = {"sarong": (1, 0, 0), "sea": (0.9, 0.3, 0), "iron": (0, 0, 1), "bathing": (1, 0.1, 0), "frying": (0, 0.2, 1)}


class Server:
    """/v1/embeddings that knows MEANINGS' words; a test may make it slow, broken, or wide."""

    def __init__(self):
        self.texts, self.dimensions, self.pause, self.status, self.most = [], 3, 0, 200, 10**9
        self.held_from, self.held, self.going_on = 10**9, threading.Event(), threading.Event()  # texts; it holds one; it need not any more
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer.status if len(outer.texts) + len(ask["input"]) <= outer.most else 400
                time.sleep(outer.pause)
                if len(outer.texts) >= outer.held_from:
                    outer.held.set()
                    outer.going_on.wait(60)
                    return
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


def test_an_import_that_is_killed_leaves_the_old_catalogue_and_goes_on_where_it_was(ensemble, fake, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    daemon = serve(ensemble, fake, server, "--embed-ms", 5000)
    before = server.texts[:]
    feed.write_text(FEED.split("\n", maxsplit=1)[0] + "\n" + "".join(f"n{i}\tThing {i}\tKitchen\t9.00 USD\tin_stock\n" for i in range(40)))
    server.held_from = len(before) + 12
    dying = subprocess.Popen([binary("wardrobe"), "import", feed, "--state-dir", ensemble.state, *map(str, server.options("--embedding-calls", 1))],
                             cwd=TOP, stderr=subprocess.DEVNULL)
    assert server.held.wait(20 * SLOW)
    dying.kill()
    dying.wait(20)
    server.held_from = 10**9
    server.going_on.set()
    first = server.texts[len(before):]
    assert len(first) == 12
    assert ids(fake, daemon, "bathing wrap")[:2] == ["a", "b"]  # the catalogue that was, in the running wardrobe
    found = subprocess.run([binary("wardrobe"), "search", "sarong", "--json", "--state-dir", ensemble.state], cwd=TOP, capture_output=True, text=True,
                           check=True, timeout=60 * SLOW)
    assert json.loads(found.stdout)["version"] == fake.received[-1][1]["version"]  # and on its place
    asked = len(server.texts)
    said = import_feed(ensemble.state, feed, *server.options()).stderr
    assert "vectors: 28 texts asked for, 12 products known" in said and "without one" not in said
    assert not set(server.texts[asked:]) & set(first) and len(server.texts) == asked + 28
    fake.expect("FACETS")
    assert ids(fake, daemon, "thing 7")[0] == "n7"


def search(state, words, *options):
    return subprocess.run([binary("wardrobe"), "search", words, "--state-dir", state, *map(str, options)], cwd=TOP, capture_output=True, text=True,
                          check=True, timeout=60 * SLOW)


def test_search_shows_what_words_and_meaning_gave_each(ensemble, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    said = search(ensemble.state, "by the sea", *server.options()).stdout
    assert "by meaning: vectors of tiny, 3 dimensions" in said
    assert "words 1 (" in said and "meaning 1 (cosine " in said and "fused 0.0" in said and "words -, meaning 2 (cosine 0.9" in said
    assert [line.split("(")[1].split(",")[0] for line in said.splitlines() if line.startswith((" 1.", " 2."))] == ["b", "a"]
    assert search(ensemble.state, "cheapest sarong", *server.options()).stdout.count("; not asked for this question") == 1
    found = json.loads(search(ensemble.state, "frying", "--json", *server.options()).stdout)
    assert found["products"][0]["id"] == "c"


def test_search_says_why_it_goes_by_words_alone(ensemble, server, feed):
    import_feed(ensemble.state, feed, *server.options())
    assert "by meaning: no: EMBEDDING_URL is not set" in search(ensemble.state, "sarong").stdout
    server.status = 500
    done = search(ensemble.state, "sarong", *server.options())
    assert "by meaning: no: the embedding server did not answer as it should" in done.stdout and "embeddings: the server fails" in done.stderr
    assert "(a, " in done.stdout and "fused" not in done.stdout
    done = search(ensemble.state, "sarong", "--json", *server.options())
    assert json.loads(done.stdout)["products"][0]["id"] == "a" and "search: by meaning: no: " in done.stderr
    server.status, server.dimensions = 200, 8
    assert "no: the server gives 8 dimensions, the catalogue's vectors have 3" in search(ensemble.state, "sarong", *server.options()).stdout
    other = server.options()
    other[3] = "another"
    assert "no: the catalogue's vectors are of the model tiny" in search(ensemble.state, "sarong", *other).stdout
    server.status = 401
    import_feed(ensemble.state, feed, *other)
    assert "no: the catalogue has no vectors" in search(ensemble.state, "sarong", *other).stdout


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
