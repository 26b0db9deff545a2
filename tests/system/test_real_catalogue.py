"""A real catalogue (44,439 products without sizes and prices) and real shoppers' requests."""
import concurrent.futures
import gzip
import json
import os
import pathlib
import subprocess
import sys
import uuid

import pytest

from client import Client
from daemons import Whole, import_feed
from fixtures import up_and_down

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
REQUESTS = 100


@pytest.fixture(scope="module")
def real_catalogue(tmp_path_factory):
    source = DATA / "catalog" / "catalog-44k-myntra-styles.jsonl.gz"
    if not source.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("../shared/data is missing")
        pytest.skip("skipped: no ../shared/data")
    folder = tmp_path_factory.mktemp("real")
    feed = folder / "feed.tsv"
    subprocess.run([sys.executable, str(ROOT / "tests/bench/convert_catalogue.py"), str(source), str(feed)], check=True)
    import_feed(folder, feed)
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        return folder / "catalogue.sqlite", {json.loads(line)["id"] for line in lines}


@pytest.fixture(scope="module")
def real(real_catalogue):
    yield from up_and_down(Whole(), real_catalogue[0])


def requests():
    with open(DATA / "utterances" / "webshop-fashion-goals-dev.tsv", encoding="utf-8") as goals:
        return [line.rstrip("\n").split("\t", 1)[1] for line in goals][:REQUESTS]


def ask(url, words):
    with Client(url, timeout=30) as client:
        events = client.ask(words, thread=uuid.uuid4().hex)
        return words, events, client.results()


def test_a_hundred_real_requests_end_well_with_products_of_the_catalogue(real, real_catalogue):
    ids = real_catalogue[1]
    with_products = unchecked = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for words, events, results in pool.map(lambda w: ask(real.url, w), requests()):
            assert events[-1]["type"] == "RUN_FINISHED", (words, events[-1])
            products = [p for result in results for p in result["products"]]
            assert all(p["id"] in ids for p in products), words
            with_products += bool(products)
            # no sizes and no prices in it: who asks for a size is told that it could not be checked
            if any("size" in result.get("unchecked", []) for result in results):
                unchecked += 1
            assert not any("size" in result.get("blocked_by", []) for result in results), words
    print(f"{with_products} of {REQUESTS} with products, {unchecked} with an unchecked size")
    assert with_products >= 95 and unchecked >= 30
