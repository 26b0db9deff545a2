"""A shop's feeds, imported by the real wardrobe: each format, patches, a folder that is watched, and a wardrobe that runs meanwhile."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from daemons import SLOW, TOP, binary, import_feed, wait_until
from fake_orchestrator import FakeOrchestrator, encode

sys.path.insert(0, str(TOP / "tests" / "bench"))
import make_feed_rows  # noqa: E402
import postgres_server  # noqa: E402

pytestmark = pytest.mark.usefixtures("home")  # all of it for both homes of a catalogue
FORMATS = sorted(make_feed_rows.WRITERS)
HEADER = "id\ttitle\tprice\tavailability\n"


def query(state, sql):
    """The rows of SQL over products, variants and meta, in either home."""
    if "CATALOGUE" in os.environ:
        return postgres_server.rows(os.environ["CATALOGUE"], sql)
    with sqlite3.connect(f"file:{state}/catalogue.sqlite?mode=ro", uri=True) as db:
        return [tuple(None if value == -2**63 else value for value in row) for row in db.execute(sql)]  # as PRICE_NONE is kept there


def contents(state):
    """All variants with what every format can say of them."""
    return query(state, "SELECT v.id AS variant, p.id, title, brand, p.description, p.type, colour, size, v.material, availability, price,"
                        " sale, currency, v.image FROM variants v JOIN products p ON p.number = v.product ORDER BY variant")


def version(state):
    return query(state, "SELECT value FROM meta WHERE name = 'version'")[0][0]


def of(state, variant, columns):
    return query(state, f"SELECT {columns} FROM variants WHERE id = '{variant}'")[0]


def kept(state):
    """What there is of catalogues: their names or, of files, all bytes."""
    if "CATALOGUE" in os.environ:
        return postgres_server.rows(os.environ["CATALOGUE"], "SELECT relname FROM pg_class WHERE relname LIKE 'catalogue%' AND relnamespace ="
                                    " current_schema()::regnamespace ORDER BY 1")
    return {name: (state / name).read_bytes() for name in os.listdir(state) if name.startswith("catalogue")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    make_feed_rows.write("google-tsv", 200, folder / "feed")
    import_feed(folder, folder / "feed")
    found = contents(folder)
    assert len(found) == 200 and len({row[1] for row in found}) == 34
    return found


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_catalogue(form, packed, expected, tmp_path):
    make_feed_rows.write(form, 200, tmp_path / f"feed{packed}")
    done = import_feed(tmp_path, tmp_path / f"feed{packed}", "--currency", "USD")
    assert "34 products in 200 variants of 200 rows, 0 refused" in done.stderr
    assert contents(tmp_path) == expected


def test_an_acp_folder_is_read_by_its_metadata(expected, tmp_path):
    folder = tmp_path / "acp"
    folder.mkdir()
    make_feed_rows.write("acp", 200, folder / "products.jsonl")
    (folder / "metadata.json").write_text('{"target_country":"US"}')
    import_feed(tmp_path, folder)
    assert contents(tmp_path) == expected
    one = json.loads((folder / "products.jsonl").read_text().splitlines()[0])
    one["variants"] = [{**one["variants"][0], "price": {"amount": 123, "currency": "USD"}}]
    one["variants"][0].pop("list_price", None)
    (folder / "products.jsonl").write_text(json.dumps(one) + "\n")
    (folder / "metadata.json").write_text('{"feed_type":"patch"}')
    import_feed(tmp_path, folder / "metadata.json")
    assert len(contents(tmp_path)) == 200
    assert of(tmp_path, one["variants"][0]["id"], "price")[0] == 123


@pytest.mark.parametrize("bad", [HEADER + "Z\t\t1.00 USD\tin_stock\n", HEADER, "", "hello\n", "<html><body>", "\0\0\0",
                                 "{\"item_id\":\"Z\"}\n", "<rss><item><id>A</id>"])
def test_a_feed_of_which_no_row_can_be_read_changes_nothing(bad, tmp_path):
    (tmp_path / "good").write_text(HEADER + "A\tShirt\t1.00 USD\tin_stock\n")
    import_feed(tmp_path, tmp_path / "good")
    before = contents(tmp_path), version(tmp_path), kept(tmp_path)
    (tmp_path / "bad").write_text(bad)
    for arguments in ([], ["--patch"]):
        done = import_feed(tmp_path, tmp_path / "bad", *arguments, check=False)
        assert done.returncode == 1 and "nothing was changed" in done.stderr
        assert (contents(tmp_path), version(tmp_path), kept(tmp_path)) == before


def test_a_report_names_each_refused_row_with_line_field_and_reason(tmp_path):
    (tmp_path / "feed").write_text(HEADER + "A\tShirt\t1.00 USD\tin_stock\nB\t\t1.00 USD\tin_stock\nA\tShirt\t1.00 USD\tin_stock\n"
                                   "C\tShirt\tcheap\tin_stock\nD\tShirt\t1.00 USD\tperhaps\n" + "E\t\t\t\n" * 300)
    done = import_feed(tmp_path, tmp_path / "feed", "--report", tmp_path / "report")
    report = (tmp_path / "report").read_text().splitlines()
    assert "line 3: refused: title: missing" in report
    assert 'line 4: refused: id: "A": there was a row with this id before' in report
    assert any(line.startswith("line 5: refused: price: ") for line in report)
    assert any(line.startswith("line 6: refused: availability: ") for line in report)
    assert len(report) == 306 and "1 products in 1 variants of 305 rows, 304 refused" in report[-1]
    assert "... and 104 rows more were refused" in done.stderr


def test_a_supplemental_feed_changes_prices_and_stock_and_leaves_the_index(tmp_path):
    make_feed_rows.write("google-tsv", 60, tmp_path / "feed")
    import_feed(tmp_path, tmp_path / "feed")
    before, old = contents(tmp_path), version(tmp_path)
    (tmp_path / "prices").write_text("id\tprice\tsale_price\tavailability\n"
                                     f"{before[0][0]}\t12.00 USD\t9.00 USD\tin stock\n{before[1][0]}\t\t\tout_of_stock\nnone\t1.00 USD\t\tin_stock\n")
    done = import_feed(tmp_path, tmp_path / "prices", "--patch")
    assert "2 variants of 3 rows, 1 refused" in done.stderr and "the index stays" in done.stderr
    after = contents(tmp_path)
    assert after[0][9:12] == (1, 1200, 900) and after[1][9] == 4 and after[1][10] == before[1][10]
    assert after[2:] == before[2:] and version(tmp_path) != old
    found = subprocess.run([str(binary("wardrobe")), "search", before[0][2], "--state-dir", str(tmp_path)], cwd=TOP, capture_output=True,
                           text=True, check=True, timeout=60 * SLOW)
    assert "9.00 USD" in found.stdout


def test_a_patch_upserts_and_deletes_nothing(tmp_path):
    make_feed_rows.write("acp", 60, tmp_path / "feed")
    import_feed(tmp_path, tmp_path / "feed")
    before = contents(tmp_path)
    product = json.loads((tmp_path / "feed").read_text().splitlines()[0])
    fresh = {"id": "new-1", "title": "Harbour Raincoat", "variants": [{"id": "new-1-M", "price": {"amount": 9900, "currency": "USD"}}]}
    product["title"], product["variants"] = "Another Title", product["variants"][:1]
    (tmp_path / "patch").write_text(json.dumps(product) + "\n" + json.dumps(fresh) + "\n")
    done = import_feed(tmp_path, tmp_path / "patch", "--patch")
    assert "what the patch leaves out stays" in done.stderr
    after = contents(tmp_path)
    assert {row[0] for row in after} == {row[0] for row in before} | {"new-1-M"}
    assert {row[2] for row in after if row[1] == product["id"]} == {"Another Title"}
    assert [row for row in after if row[1] not in (product["id"], "new-1")] == [row for row in before if row[1] != product["id"]]
    found = subprocess.run([str(binary("wardrobe")), "search", "harbour raincoat", "--state-dir", str(tmp_path)], cwd=TOP,
                           capture_output=True, text=True, check=True, timeout=60 * SLOW)
    assert "Harbour Raincoat" in found.stdout


def test_a_folder_is_watched_and_sighup_imports_again(tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "old.tsv").write_text(HEADER + "A\tShirt\t1.00 USD\tin_stock\n")
    log = open(tmp_path / "log", "wb")
    watcher = subprocess.Popen([str(binary("wardrobe")), "import", "--watch", str(drop), "--state-dir", str(tmp_path)], cwd=TOP, stderr=log)
    said = (tmp_path / "log").read_text
    try:
        assert wait_until(lambda: " ready " in said())
        assert of(tmp_path, "A", "price") == (100,)
        (tmp_path / "next").write_text(HEADER + "A\tShirt\t2.00 USD\tin_stock\nB\t\t1.00 USD\tin_stock\n")
        os.rename(tmp_path / "next", drop / "shop.tsv")
        assert wait_until(lambda: of(tmp_path, "A", "price") == (200,))
        assert wait_until(lambda: "1 variants of 2 rows" in (drop / "shop.tsv.report").read_text())
        assert "line 3: refused: title: missing" in (drop / "shop.tsv.report").read_text()
        (drop / "prices.patch.tsv").write_text("id\tprice\nA\t3.00 USD\n")
        assert wait_until(lambda: of(tmp_path, "A", "price") == (300,))
        (drop / "broken.tsv").write_text("no feed\n")
        assert wait_until(lambda: (drop / "broken.tsv.report").exists() and
                          "nothing was changed" in (drop / "broken.tsv.report").read_text())
        assert of(tmp_path, "A", "price") == (300,)
        watcher.send_signal(signal.SIGHUP)
        assert wait_until(lambda: of(tmp_path, "A", "price") == (200,))
    finally:
        watcher.terminate()
        code = watcher.wait(20 * SLOW)
        log.close()
    assert code == 0, said()


def test_a_watcher_that_returns_knows_what_came_and_what_was_last(tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "shop.tsv").write_text(HEADER + "A\tShirt\t1.00 USD\tin_stock\n")

    def watch():
        log = open(tmp_path / "log", "wb")
        watcher = subprocess.Popen([str(binary("wardrobe")), "import", "--watch", str(drop), "--state-dir", str(tmp_path)], cwd=TOP, stderr=log)
        log.close()
        assert wait_until(lambda: " ready " in (tmp_path / "log").read_text())
        return watcher

    def stop(watcher):
        watcher.terminate()
        assert watcher.wait(20 * SLOW) == 0, (tmp_path / "log").read_text()

    stop(watch())
    assert of(tmp_path, "A", "price") == (100,)
    (tmp_path / "next").write_text(HEADER + "A\tShirt\t2.00 USD\tin_stock\n")
    os.utime(tmp_path / "next", (1, 1))  # as `rsync -t` and `mv` leave it
    os.rename(tmp_path / "next", drop / "shop.tsv")
    watcher = watch()
    try:
        assert of(tmp_path, "A", "price") == (200,)
    finally:
        stop(watcher)
    (tmp_path / "other.tsv").write_text(HEADER + "A\tShirt\t3.00 USD\tin_stock\n")
    import_feed(tmp_path, tmp_path / "other.tsv")
    assert of(tmp_path, "A", "price") == (300,)
    watcher = watch()
    try:
        assert of(tmp_path, "A", "price") == (300,)  # nothing there is new
        watcher.send_signal(signal.SIGHUP)
        assert wait_until(lambda: of(tmp_path, "A", "price") == (200,)), (tmp_path / "log").read_text()
    finally:
        stop(watcher)


def test_a_running_wardrobe_takes_each_import_up_without_a_lost_or_mixed_lookup(ensemble):
    """Two catalogues, in which all prices are the same; no answer may hold prices of both, or name another version."""
    state = pathlib.Path(ensemble.state)
    for price in (10, 20):
        (state / f"{price}.tsv").write_text(HEADER + "".join(f"S{i}\tLinen Shirt {i}\t{price}.00 USD\tin_stock\n" for i in range(300)))
    (state / "30.tsv").write_text("id\tprice\n" + "".join(f"S{i}\t30.00 USD\n" for i in range(300)))
    import_feed(state, state / "10.tsv")
    orchestrator = FakeOrchestrator(state)
    ensemble.start("wardrobe")
    assert wait_until(lambda: orchestrator.peers)
    route = next(iter(orchestrator.peers))
    versions, answers, asked = {}, [], 0
    stopping = threading.Event()

    def keep_importing():
        while not stopping.is_set():
            for price, more in ((20, []), (30, ["--patch"]), (10, [])):
                import_feed(state, state / f"{price}.tsv", *more)
                versions[version(state)] = price * 100
                time.sleep(1.1)
            stopping.set()

    versions[version(state)] = 1000
    importer = threading.Thread(target=keep_importing)
    importer.start()
    try:
        while importer.is_alive():
            asked += 1
            orchestrator.outgoing.put((route, encode("LOOKUP", run=f"r{asked}", step="early.1", attempt=1, left=5000, words="linen shirt",
                                                     slot="", wish=None, criteria={}, said="", early=1, limit=6, version="")))
            time.sleep(0.005)
        importer.join()
        assert wait_until(lambda: sum(m["kind"] in ("FOUND", "REFUSED") for _, m in list(orchestrator.received)) == asked)
        answers = [m for _, m in orchestrator.received if m["kind"] in ("FOUND", "REFUSED")]
    finally:
        orchestrator.close()
    assert all(m["kind"] == "FOUND" for m in answers)
    assert {m["run"] for m in answers} == {f"r{i + 1}" for i in range(asked)}
    for m in answers:
        assert {p["price"]["amount"] for p in m["result"]["products"]} == {versions[m["version"]]}
    assert len({m["version"] for m in answers}) >= 3
