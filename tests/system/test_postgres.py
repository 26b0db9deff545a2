"""The catalogue on a PostgreSQL server: what only a server can do wrong. What both homes do alike is in test_feeds.py and test_wardrobe.py,
which run for both, and in the C tests of a catalogue, which are run here once more against a server."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import postgres_server
from daemons import BUILD, SAMPLE_SHOP, SLOW, TOP, VARIANT, binary, import_feed, wait_until

HEADER = "id\ttitle\tproduct_type\tprice\tavailability\n"


@pytest.fixture
def catalogue(postgres, monkeypatch):
    """A place for a catalogue on the server, that all that is started uses."""
    url = postgres.catalogue()
    monkeypatch.setenv("CATALOGUE", url)
    yield url
    if postgres.process.poll() is not None:
        postgres.start()


@pytest.fixture
def wardrobe(catalogue, ensemble, fake):
    import_feed(ensemble.state, SAMPLE_SHOP)
    daemon = ensemble.start("wardrobe")
    daemon.route, daemon.facets = fake.expect("FACETS")
    return daemon


def write(path, rows):
    path.write_text(HEADER + "".join(f"{i}\t{title}\tShirts\t{price}\tin_stock\n" for i, title, price in rows))
    return path


def ask(fake, route, count=1, **fields):
    for _ in range(count):
        fake.send(route, "LOOKUP", **{"words": "linen shirt", "slot": "", "criteria": {}, "early": 0, "limit": 6, "version": "", **fields})


def answers(fake):
    return [message for _, message in list(fake.received) if message["kind"] in ("FOUND", "REFUSED")]


def answer(fake, route, **fields):
    before = len(answers(fake))
    ask(fake, route, **fields)
    assert wait_until(lambda: len(answers(fake)) > before)
    return answers(fake)[-1]


def numbers(url):
    return [number for number, in postgres_server.rows(url, "SELECT number FROM catalogue_versions ORDER BY number")]


@pytest.mark.parametrize("words", ["memory", "server"])
@pytest.mark.parametrize("test, cases", [("test_search", 0), ("test_hard_criteria", 3000), ("test_query", 0)])
def test_the_tests_of_a_catalogue_pass_on_a_server(test, cases, words, catalogue):
    subprocess.run(["make", "-s", f"VARIANT={VARIANT}", f"{BUILD.relative_to(TOP)}/tests/wardrobe/{test}"], cwd=TOP, check=True, timeout=600)
    done = subprocess.run([BUILD / "tests" / "wardrobe" / test], cwd=TOP, env={**os.environ, "CASES": str(cases), "CATALOGUE_WORDS": words}, capture_output=True, text=True,
                          check=False, timeout=120 * SLOW)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert len(numbers(catalogue)) >= 1


def test_texts_of_all_kinds_come_back_as_they_were(catalogue, tmp_path):
    texts = ["tab\\tback\\\\slash", "\\N", "\\.", 'quote " and \' and {,}', "Café Ålesund \U0001f457", "NULL", "%s $1"]
    write(tmp_path / "feed", [(f"id {text}", text, "5.00 USD") for text in texts])
    import_feed(tmp_path, tmp_path / "feed")
    assert [row[0] for row in postgres_server.rows(catalogue, "SELECT title FROM products ORDER BY number")] == texts
    (tmp_path / "prices").write_text("id\tprice\n" + "".join(f"id {text}\t{i + 1}.00 USD\n" for i, text in enumerate(texts)))
    assert "the index stays" in import_feed(tmp_path, tmp_path / "prices", "--patch").stderr
    assert [row[0] for row in postgres_server.rows(catalogue, "SELECT price FROM variants ORDER BY product")] == [(i + 1) * 100 for i in range(7)]


def test_two_imports_at_once_wait_for_each_other(catalogue, tmp_path):
    write(tmp_path / "feed", [(f"S{i}", f"Linen Shirt {i}", "5.00 USD") for i in range(3000)])
    (tmp_path / "prices").write_text("id\tprice\n" + "".join(f"S{i}\t7.00 USD\n" for i in range(3000)))
    import_feed(tmp_path, tmp_path / "feed")
    first = subprocess.Popen([binary("wardrobe"), "import", tmp_path / "feed", "--state-dir", tmp_path], cwd=TOP, stderr=subprocess.PIPE)
    for _ in range(3):
        done = import_feed(tmp_path, tmp_path / "prices", "--patch")
        assert "3000 variants of 3000 rows, 0 refused" in done.stderr
    assert first.wait(60 * SLOW) == 0, first.stderr.read()
    first.stderr.close()
    assert postgres_server.rows(catalogue, "SELECT DISTINCT price FROM variants") in ([(700,)], [(500,)])
    assert numbers(catalogue) == [1, 2]


def test_an_import_that_dies_leaves_the_old_catalogue_and_nothing_else(catalogue, tmp_path):
    import_feed(tmp_path, SAMPLE_SHOP)
    before = postgres_server.rows(catalogue, "SELECT relname FROM pg_class WHERE relname LIKE 'catalogue%' ORDER BY 1")
    os.mkfifo(tmp_path / "feed")
    dying = subprocess.Popen([binary("wardrobe"), "import", tmp_path / "feed", "--state-dir", tmp_path], cwd=TOP, stderr=subprocess.DEVNULL)
    with open(tmp_path / "feed", "w", encoding="utf-8") as feed:
        feed.write(HEADER)
        for i in range(20000):
            feed.write(f"S{i}\tLinen Shirt {i}\tShirts\t5.00 USD\tin_stock\n")
        feed.flush()
        dying.kill()
    dying.wait(60)
    assert wait_until(lambda: postgres_server.rows(catalogue, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)])
    assert postgres_server.rows(catalogue, "SELECT relname FROM pg_class WHERE relname LIKE 'catalogue%' ORDER BY 1") == before
    assert postgres_server.rows(catalogue, "SELECT count(*) FROM variants") == [(5518,)]
    import_feed(tmp_path, SAMPLE_SHOP)


def test_a_patch_reads_its_own_changes_and_may_be_long(catalogue, tmp_path):
    count = 5000
    write(tmp_path / "feed", [(f"S{i}", f"Linen Shirt {i}", "5.00 USD") for i in range(count)])
    import_feed(tmp_path, tmp_path / "feed")
    (tmp_path / "prices").write_text("id\tprice\tavailability\n" + "".join(f"S{i}\t{i + 1}.00 USD\t\n" for i in range(count)) +
                                     "".join(f"S{i}\t\tout_of_stock\n" for i in range(0, count, 2)) + "bad \udcff id\t1.00 USD\t\n",
                                     encoding="utf-8", errors="surrogateescape")
    done = import_feed(tmp_path, tmp_path / "prices", "--patch")
    assert f"{count * 3 // 2} variants of {count * 3 // 2 + 1} rows, 1 refused" in done.stderr and "the index stays" in done.stderr
    assert postgres_server.rows(catalogue, "SELECT count(*) FROM variants WHERE price = (substr(id, 2)::int + 1) * 100"
                                " AND availability = CASE WHEN substr(id, 2)::int % 2 = 0 THEN 4 ELSE 1 END") == [(count,)]
    found = subprocess.run([binary("wardrobe"), "search", "linen shirt 7", "--state-dir", tmp_path, "--limit", "1"], cwd=TOP, capture_output=True,
                           text=True, check=True, timeout=60 * SLOW)
    assert "S7, 8.00 USD" in found.stdout


def test_what_was_replaced_stays_for_a_minute_and_goes_with_a_later_import(catalogue, postgres, tmp_path):
    schema = catalogue.rsplit("%3D", 1)[1]
    for _ in range(3):
        import_feed(tmp_path, SAMPLE_SHOP)
    assert numbers(catalogue) == [1, 2, 3]
    postgres.sql(f"UPDATE {schema}.catalogue_versions SET replaced = replaced - interval '61 s' WHERE number = 1")
    import_feed(tmp_path, SAMPLE_SHOP)
    assert numbers(catalogue) == [2, 3, 4]
    assert postgres_server.rows(catalogue, "SELECT count(*) FROM pg_inherits WHERE inhparent::regclass::text LIKE 'catalogue%'"
                                " AND inhrelid::regclass::text LIKE '%\\_1'") == [(0,)]


def test_no_lookup_is_lost_while_the_server_is_started_anew(wardrobe, fake, postgres):
    assert answer(fake, wardrobe.route)["kind"] == "FOUND"
    postgres.stop(signal.SIGQUIT)
    ask(fake, wardrobe.route, 50)
    assert wait_until(lambda: len(answers(fake)) == 51)
    refused = answers(fake)[1:]
    assert all(m["kind"] == "REFUSED" and m["code"] == "unavailable" and m["retry"] == 1 for m in refused)
    nothing = answer(fake, wardrobe.route, criteria={"budget.item": {"field": "price", "max": 1, "currency": "USD"}})
    assert nothing["kind"] == "FOUND" and nothing["result"]["outcome"] == "none_match"  # what needs no texts is answered
    excluded = answer(fake, wardrobe.route, criteria={"not.product": {"field": "product", "none": ["LN-204"]}})
    assert excluded["kind"] == "REFUSED"  # an exclusion is never left out
    postgres.start()
    assert wait_until(lambda: answer(fake, wardrobe.route)["kind"] == "FOUND", step=0.3)
    assert "the connection is lost" in wardrobe.log() and "connected again" in wardrobe.log()
    assert wardrobe.log().count("the connection is lost") == 1


def test_a_restart_in_between_costs_no_lookup(wardrobe, fake, postgres):
    postgres.stop()
    postgres.start()
    assert answer(fake, wardrobe.route)["kind"] == "FOUND"


def test_restarts_under_a_stream_of_lookups(wardrobe, fake, postgres):
    """Each is answered once, and what is found is of one catalogue and whole."""
    stopping = threading.Event()

    def restart():
        for how in (signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
            time.sleep(0.3)
            postgres.stop(how)
            postgres.start()
        time.sleep(0.5)
        stopping.set()

    thread = threading.Thread(target=restart)
    thread.start()
    sent = 0
    while not stopping.is_set():
        ask(fake, wardrobe.route)
        sent += 1
        time.sleep(0.003)
    thread.join()
    assert wait_until(lambda: len(answers(fake)) == sent, 20)
    found = [m for m in answers(fake) if m["kind"] == "FOUND"]
    assert {m["code"] for m in answers(fake) if m["kind"] == "REFUSED"} <= {"unavailable"}
    assert found and wait_until(lambda: answer(fake, wardrobe.route)["kind"] == "FOUND", step=0.3)
    assert len({str(m["result"]["products"]) for m in found}) == 1


def test_a_server_that_hangs_is_not_waited_for(wardrobe, fake, postgres):
    pids = [int(row[0]) for row in postgres.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'ensemble'")]
    try:
        for pid in [*pids, postgres.process.pid]:
            os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        ask(fake, wardrobe.route, 20)
        assert wait_until(lambda: len(answers(fake)) == 20)
        assert time.monotonic() - started < 3 * SLOW
        assert all(m["code"] == "unavailable" for m in answers(fake))
    finally:
        for pid in [postgres.process.pid, *pids]:
            os.kill(pid, signal.SIGCONT)
    assert wait_until(lambda: answer(fake, wardrobe.route)["kind"] == "FOUND", 20, step=0.3)


QUESTIONS = ["linen shirt", "black dress for a beach wedding", "warm wool coat without a hood", "white sneakers under 80", "sumer dress", "how many linen shirts",
             "cheapest leather bag", "rotes Kleid", "gold hoop earrings", "smart casual chinos with pockets", "waterproof hiking boots", "straw hat"]


def search(state, words, where, *options):
    done = subprocess.run([binary("wardrobe"), "search", words, "--json", "--state-dir", state, "--catalogue-words", where, *options], cwd=TOP,
                          capture_output=True, text=True, check=True, timeout=60 * SLOW)
    return json.loads(done.stdout)


def test_words_looked_up_by_the_server_find_the_same(catalogue, ensemble):
    import_feed(ensemble.state, SAMPLE_SHOP, "--catalogue-words", "server")
    same = []
    for words in QUESTIONS:
        here, there = (search(ensemble.state, words, where) for where in ("memory", "server"))
        assert {key: here.get(key) for key in ("outcome", "named", "count")} == {key: there.get(key) for key in ("outcome", "named", "count")}, words
        ours, theirs = ([product["id"] for product in found["products"]] for found in (here, there))
        assert set(ours[:1]) <= set(theirs[:3]), words
        same.append(len(set(ours) & set(theirs)) / max(1, len(ours)))
    assert sum(same) / len(same) > 0.8, same  # what is just below the cut in one may be above it in the other


def test_a_word_that_is_excluded_is_excluded_wherever_words_are(catalogue, tmp_path):
    write(tmp_path / "feed", [(f"S{i}", f"Linen Shirt {'Embroidered ' if i % 3 == 0 else ''}it's {i}", "5.00 USD") for i in range(9000)])
    import_feed(tmp_path, tmp_path / "feed", "--catalogue-words", "server")
    no = json.dumps({"not.style": {"field": "style", "slot": "all", "none": ["embroidered"]}})
    for where in ("memory", "server"):
        found = search(tmp_path, "how many embroidered linen shirts", where, "--criteria", no, "--limit", "200")
        assert len(found["products"]) == 200 and all(int(product["id"][1:]) % 3 for product in found["products"])
        assert where == "server" or found["count"] == 6000
    only = json.dumps({"not.style": {"field": "style", "slot": "all", "none": ["linen"]}})
    for where in ("memory", "server"):
        found = search(tmp_path, "shirts", where, "--criteria", only)
        assert found["outcome"] == "none_match" and found["blocked_by"] == ["style"] and found["relaxation"]["count"] == 9000


def test_a_patch_keeps_the_words_and_a_replaced_catalogue_takes_them_along(catalogue, postgres, tmp_path):
    schema = catalogue.rsplit("%3D", 1)[1]
    for _ in range(2):
        import_feed(tmp_path, SAMPLE_SHOP, "--catalogue-words", "server")
    (tmp_path / "prices").write_text("id\tprice\nLN-204-WHT-M\t1.00 USD\n")
    import_feed(tmp_path, tmp_path / "prices", "--patch", "--catalogue-words", "server", check=False)
    assert search(tmp_path, "linen shirt", "server")["outcome"] == "found"
    postgres.sql(f"UPDATE {schema}.catalogue_versions SET replaced = replaced - interval '61 s' WHERE number = 1")
    import_feed(tmp_path, SAMPLE_SHOP, "--catalogue-words", "server")
    left = {name for name, in postgres_server.rows(catalogue, "SELECT relname FROM pg_class WHERE relname LIKE 'catalogue\\_words\\__' AND relkind = 'r'"
                                                              " AND relnamespace = current_schema()::regnamespace")}
    assert "catalogue_words_1" not in left and "catalogue_words_2" in left


def test_words_on_a_server_that_is_away_are_unavailable(catalogue, ensemble, fake, postgres):
    import_feed(ensemble.state, SAMPLE_SHOP, "--catalogue-words", "server")
    daemon = ensemble.start("wardrobe", "--catalogue-words", "server")
    route, _ = fake.expect("FACETS")
    assert answer(fake, route)["result"]["outcome"] == "found"
    postgres.stop(signal.SIGQUIT)
    ask(fake, route, 20)
    assert wait_until(lambda: len(answers(fake)) == 21)
    assert all(m["kind"] == "REFUSED" and m["code"] == "unavailable" and m["retry"] == 1 for m in answers(fake)[1:])
    postgres.start()
    assert wait_until(lambda: answer(fake, route)["kind"] == "FOUND", step=0.3)
    import_feed(ensemble.state, SAMPLE_SHOP)  # without its words on the server: the one before stays
    assert wait_until(lambda: "imported without catalogue-words=server" in daemon.log())
    assert answer(fake, route)["result"]["outcome"] == "found"


def test_words_on_a_server_that_is_none_are_a_wrong_option(tmp_path):
    for command in (["search", "shirt"], ["import", SAMPLE_SHOP], []):
        done = subprocess.run([binary("wardrobe"), *command, "--state-dir", tmp_path, "--catalogue-words", "server"], cwd=TOP, capture_output=True,
                              text=True, check=False, timeout=60 * SLOW)
        assert done.returncode == 2 and "only postgresql:// has its words there" in done.stderr, done.stderr
    done = subprocess.run([binary("wardrobe"), "search", "shirt", "--state-dir", tmp_path, "--catalogue-words", "cloud"], cwd=TOP, capture_output=True,
                          text=True, check=False, timeout=60 * SLOW)
    assert done.returncode == 2 and "memory or server" in done.stderr


def test_a_server_without_pgvector_has_its_vectors_in_memory(catalogue, ensemble, fake):
    if not postgres_server.lacks_pgvector():
        pytest.skip("skipped: this server has pgvector: tests/system/test_pgvector.py")
    understudy = ensemble.start("understudy", "--port", 0)
    options = ["--catalogue-vectors", "server", "--embedding-url", f"http://127.0.0.1:{understudy.port()}/v1", "--embedding-dimensions", 64]
    said = import_feed(ensemble.state, SAMPLE_SHOP, *options).stderr
    assert "the server has no pgvector of 0.7 or newer: vectors are for memory alone" in said and "products known" in said
    daemon = ensemble.start("wardrobe", *options, "--embed-ms", 5000)
    route, _ = fake.expect("FACETS")
    daemon.wait_for_log("imported without its vectors on the server: they are in memory")
    daemon.wait_for_log("vectors of text-embedding-3-small, 64 dimensions, 0 products without one")
    assert answer(fake, route)["result"]["outcome"] == "found"


def test_a_wardrobe_needs_no_more_than_to_read(catalogue, postgres, ensemble, fake, monkeypatch):
    import_feed(ensemble.state, SAMPLE_SHOP)
    schema = catalogue.rsplit("%3D", 1)[1]
    if not postgres.sql("SELECT 1 FROM pg_roles WHERE rolname = 'reader'"):
        postgres.sql("CREATE ROLE reader LOGIN")
    postgres.sql(f"GRANT USAGE ON SCHEMA {schema} TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")
    url = postgres.url(schema, "reader")
    ensemble.start("wardrobe", env={"CATALOGUE": url})
    route, facets = fake.expect("FACETS")
    assert answer(fake, route)["kind"] == "FOUND"
    import_feed(ensemble.state, SAMPLE_SHOP)  # new partitions need no new grants
    assert fake.expect("FACETS")[1]["version"] != facets["version"]
    assert answer(fake, route)["kind"] == "FOUND"
    monkeypatch.setenv("CATALOGUE", url)
    denied = import_feed(ensemble.state, SAMPLE_SHOP, check=False)
    assert denied.returncode == 1 and "the server says 42501" in denied.stderr and "nothing was changed" in denied.stderr


def test_nothing_says_the_password(wardrobe, fake, postgres, ensemble, tmp_path):
    with open(tmp_path / "log", "wb") as log:
        watcher = subprocess.Popen([binary("wardrobe"), "import", "--watch", tmp_path, "--state-dir", ensemble.state], cwd=TOP, stderr=log)
    assert wait_until(lambda: " ready " in (tmp_path / "log").read_text())
    watcher.terminate()
    assert watcher.wait(20 * SLOW) == 0
    postgres.stop()
    ask(fake, wardrobe.route)
    done = import_feed(ensemble.state, SAMPLE_SHOP, check=False)
    postgres.start()
    assert done.returncode == 1 and "no connection" in done.stderr
    for text in (done.stderr, wardrobe.log(), postgres.log(), (tmp_path / "log").read_text()):
        assert "not for the log" not in text and "not%20for" not in text


def test_a_place_without_tables_and_a_database_of_another_encoding_are_said(catalogue, postgres, tmp_path):
    done = subprocess.run([binary("wardrobe"), "search", "shirt", "--state-dir", tmp_path], cwd=TOP, capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1 and "no catalogue there" in done.stderr
    done = import_feed(tmp_path, pathlib.Path(SAMPLE_SHOP), "--patch", check=False)
    assert done.returncode == 1 and "no catalogue there to patch" in done.stderr
    postgres.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    done = import_feed(tmp_path, SAMPLE_SHOP, "--catalogue", f"postgres:///latin?host={postgres.folder}&user=tester", check=False)
    assert done.returncode == 1 and "the database is in LATIN1" in done.stderr
