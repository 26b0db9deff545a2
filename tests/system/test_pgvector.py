"""Vectors that stay on a PostgreSQL server with pgvector: the same products as in memory, and every criterion holds."""
import json
import os
import random
import subprocess

import pytest

from daemons import SLOW, TOP, binary, import_feed, wait_until
from postgres_server import need_pgvector, rows
from test_embeddings import Server

pytestmark = pytest.mark.usefixtures("pgvector")
HEADER = "id\ttitle\tproduct_type\tcolor\tsize\tprice\tavailability\n"
KINDS = ("Shirts", "Dresses", "Shoes", "Hats")
COLOURS = ("red", "navy", "white", "green")


class Wide(Server):
    """Vectors of 24 dimensions that any text has its own of."""

    def vector(self, text):
        chance = random.Random(text)
        return [chance.gauss(0, 1) for _ in range(24)]


@pytest.fixture
def server():
    server = Wide()
    yield server
    server.server.shutdown()


@pytest.fixture
def pgvector(postgres, monkeypatch):
    """A place for a catalogue on a server that has pgvector, that all that is started uses."""
    need_pgvector()
    url = postgres.catalogue()
    monkeypatch.setenv("CATALOGUE", url)
    return url


def write(path, count):
    chance = random.Random(7)
    path.write_text(HEADER + "".join(
        f"P{i}\tThing {i % 97} plain{' feathered' if i % 5 == 0 else ''}\t{chance.choice(KINDS)}\t{chance.choice(COLOURS)}\t{chance.choice('SML')}\t"
        f"{chance.randrange(5, 200)}.00 USD\t{chance.choice(('in_stock', 'in_stock', 'out_of_stock'))}\n" for i in range(count)))
    return path


def search(state, server, words, where, *options):
    done = subprocess.run([binary("wardrobe"), "search", words, "--json", "--soft", "--state-dir", state, "--catalogue-vectors", where,
                           *map(str, server.options(*options))], cwd=TOP, capture_output=True, text=True, check=True, timeout=60 * SLOW)
    return json.loads(done.stdout), done.stderr


CRITERIA = [
    {},
    {"category": {"field": "category", "slot": "all", "any": ["shoes"]}},
    {"colour": {"field": "colour", "slot": "all", "any": ["navy"]}},
    {"budget.item": {"field": "price", "slot": "all", "scope": "item", "max": 4000, "currency": "USD"}},
    {"size.letters": {"field": "size", "slot": "all", "class": "letters", "any": ["M"]},
     "availability": {"field": "availability", "slot": "all", "any": ["in_stock"]}},
    {"category": {"field": "category", "slot": "all", "any": ["hats"]}, "colour": {"field": "colour", "slot": "all", "any": ["red"]},
     "budget.item": {"field": "price", "slot": "all", "scope": "item", "min": 10000, "currency": "USD"}},
    {"not.style": {"field": "style", "slot": "all", "none": ["feathered"]}},
]


def keeps(row, criteria):
    _, _, kind, colour, size, price, stock = row
    wanted = {"category": lambda c: kind.lower() in c["any"], "colour": lambda c: colour in c["any"], "size": lambda c: size in c["any"],
              "availability": lambda c: stock in c["any"],
              "price": lambda c: c.get("min", 0) <= float(price.split()[0]) * 100 <= c.get("max", 10**9), "style": lambda c: "feathered" not in row[1]}
    return all(wanted[c["field"]](c) for c in criteria.values())


@pytest.mark.parametrize("count", [700, 9000])  # few who may be found: each is compared; many: the server is told who may
def test_the_server_finds_what_memory_finds_and_criteria_hold(pgvector, server, tmp_path, count):
    feed = {row.split("\t")[0]: row.split("\t") for row in write(tmp_path / "feed", count).read_text().splitlines()[1:]}
    said = import_feed(tmp_path, tmp_path / "feed", *server.options("--catalogue-vectors", "server", "--embedding-batch", 500)).stderr
    assert "without one" not in said and "warning" not in said, said
    assert rows(pgvector, "SELECT count(*) FROM catalogue_vectors") == [(count,)]
    for words in ("something new", "plain thing 12"):
        for criteria in CRITERIA:
            (here, _), (there, said) = (search(tmp_path, server, words, where, "--limit", 60, "--criteria", json.dumps(criteria))
                                        for where in ("memory", "server"))
            assert "warning" not in said and "error" not in said
            ids = [product["id"] for product in there["products"]]
            assert ids == [product["id"] for product in here["products"]], (words, criteria)
            assert ids and all(keeps(feed[i], criteria) for i in ids), (words, criteria)


def test_a_large_catalogue_has_an_index_and_criteria_hold_by_it(pgvector, postgres, server, tmp_path):
    write(tmp_path / "feed", 21000)
    import_feed(tmp_path, tmp_path / "feed", *server.options("--catalogue-vectors", "server", "--embedding-batch", 500))
    assert len(rows(pgvector, "SELECT 1 FROM pg_indexes WHERE indexdef LIKE '%USING hnsw%'")) == 1
    feed = {row.split("\t")[0]: row.split("\t") for row in (tmp_path / "feed").read_text().splitlines()[1:]}
    same = []
    for words in ("something new", "another thing", "plain"):
        for criteria in CRITERIA:
            (here, _), (there, said) = (search(tmp_path, server, words, where, "--limit", 60, "--criteria", json.dumps(criteria))
                                        for where in ("memory", "server"))
            assert "warning" not in said and "error" not in said
            ours, theirs = ([product["id"] for product in found["products"]] for found in (here, there))
            assert theirs and all(keeps(feed[i], criteria) for i in theirs), (words, criteria)
            same.append(len(set(ours) & set(theirs)) / len(ours))
    assert sum(same) / len(same) > 0.9, same  # by chance's own vectors, the hardest for such an index
    postgres.sql("DROP EXTENSION vector CASCADE")


def test_a_wardrobe_asks_the_server_and_goes_on_by_words_when_that_refuses(pgvector, postgres, server, ensemble, fake, tmp_path):
    write(tmp_path / "feed", 300)
    import_feed(ensemble.state, tmp_path / "feed", *server.options("--catalogue-vectors", "server"))
    daemon = ensemble.start("wardrobe", *server.options("--catalogue-vectors", "server", "--embed-ms", 5000))
    route, _ = fake.expect("FACETS")
    daemon.wait_for_log("catalogue: vectors of tiny, 24 dimensions, 0 products without one")

    def ids(words):
        fake.send(route, "LOOKUP", words=words, slot="", wish=None, criteria={}, early=0, limit=6, version="")
        return [product["id"] for product in fake.expect("FOUND")[1]["result"]["products"]]

    texts = server.texts[:]
    near = ids("an unheard-of question")
    assert near and server.texts[len(texts):] == ["an unheard-of question"]
    import_feed(ensemble.state, tmp_path / "feed", *server.options("--catalogue-vectors", "server"))
    fake.expect("FACETS")  # another catalogue, another partition
    assert ids("an unheard-of question") == near
    postgres.sql("DROP EXTENSION vector CASCADE")
    assert ids("an unheard-of question") != near and ids("plain thing")
    assert ids("another unheard-of question")
    assert daemon.log().count("the server says") == 1 and daemon.log().count("the server compares no vectors: lookups go by words alone") == 1


def test_vectors_that_are_not_on_the_server_are_in_memory(pgvector, server, ensemble, fake, tmp_path):
    write(tmp_path / "feed", 50)
    import_feed(ensemble.state, tmp_path / "feed", *server.options())
    daemon = ensemble.start("wardrobe", *server.options("--catalogue-vectors", "server"))
    fake.expect("FACETS")
    daemon.wait_for_log("imported without its vectors on the server: they are in memory")
    daemon.wait_for_log("catalogue: vectors of tiny, 24 dimensions, 0 products without one")


def test_catalogues_that_are_replaced_take_their_vectors_along(pgvector, postgres, server, tmp_path):
    write(tmp_path / "feed", 50)
    for _ in range(2):
        import_feed(tmp_path, tmp_path / "feed", *server.options("--catalogue-vectors", "server"))
    schema = pgvector.rsplit("%3D", 1)[1]
    postgres.sql(f"UPDATE {schema}.catalogue_versions SET replaced = replaced - interval '61 s' WHERE number = 1")
    import_feed(tmp_path, tmp_path / "feed", *server.options("--catalogue-vectors", "server"))
    left = [name for name, in rows(pgvector, "SELECT relname FROM pg_class WHERE relname ~ '^catalogue_vectors_[0-9]+$' AND relkind = 'r'"
                                             " AND relnamespace = current_schema()::regnamespace ORDER BY 1")]
    assert left == ["catalogue_vectors_2", "catalogue_vectors_3"]
    (tmp_path / "prices").write_text("id\tprice\nP1\t1.00 USD\n")
    import_feed(tmp_path, tmp_path / "prices", "--patch")
    found, said = search(tmp_path, server, "something new", "server")
    assert found["outcome"] == "found" and "warning" not in said


def test_a_user_who_may_not_set_pgvector_up_is_told_who_must(pgvector, postgres, server, tmp_path):
    write(tmp_path / "feed", 50)
    schema = pgvector.rsplit("%3D", 1)[1]
    postgres.sql("DROP EXTENSION IF EXISTS vector CASCADE")
    if not postgres.sql("SELECT 1 FROM pg_roles WHERE rolname = 'importer'"):
        postgres.sql("CREATE ROLE importer LOGIN")
    postgres.sql(f"ALTER SCHEMA {schema} OWNER TO importer")
    options = server.options("--catalogue", postgres.url(schema, "importer"), "--catalogue-vectors", "server")
    said = import_feed(tmp_path, tmp_path / "feed", *options).stderr
    assert "let an administrator do CREATE EXTENSION vector" in said and "50 variants of 50 rows" in said
    postgres.sql("CREATE EXTENSION vector SCHEMA public")
    said = import_feed(tmp_path, tmp_path / "feed", *options).stderr
    assert "warning" not in said and rows(pgvector, "SELECT count(*) FROM catalogue_vectors") == [(50,)]
    assert wait_until(lambda: os.path.exists(tmp_path / "catalogue.vectors"))
