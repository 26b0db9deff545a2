"""A shopper who means harm, against the whole system: whatever they send, the others are served."""
import json
import pathlib
import sqlite3

import pytest
import requests

from client import Client
from daemons import Whole


@pytest.fixture
def whole():
    whole = Whole()
    try:
        yield whole.up()
        assert whole.close() == []
    finally:
        whole.close()
        whole.remove()


def test_a_patch_that_doubles_the_criteria_is_refused(whole):
    before = whole.one["orchestrator"].memory_kib()
    patch = [{"op": "add", "path": "/a", "value": {"field": "style"}}]
    patch += [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(63)]
    with Client(whole.url) as client:
        assert client.error(json.dumps({"query": "hello", "criteria": patch})) == "bad_criteria"
        assert client.ask("a white linen shirt")[-1]["type"] == "RUN_FINISHED"
    assert whole.one["orchestrator"].memory_kib() - before < 100_000


def make_long(state, copies):
    """The thread's messages COPIES times more."""
    with sqlite3.connect(pathlib.Path(state) / "store.sqlite", timeout=20) as store:
        columns = ", ".join(row[1] for row in store.execute("PRAGMA table_info(messages)") if row[1] != "id")
        count, = store.execute("SELECT count(*) FROM messages").fetchone()
        for _ in range(copies):
            store.execute(f"INSERT INTO messages ({columns}) SELECT {columns} FROM messages WHERE id <= ?", (count,))


def test_a_thread_without_end_is_given_in_part_and_cuts_off_nobody(whole):
    with Client(whole.url) as client:
        client.ask("a white linen shirt", thread="long")
        size = len(requests.get(f"{whole.http}/threads/long", timeout=20).content)
        make_long(whole.state, (20 << 20) // size)  # the bus takes 16 MiB
        answer = requests.get(f"{whole.http}/threads/long", timeout=60)
        assert answer.status_code == 200
        assert 1 << 20 < len(answer.content) <= 9 << 20
        assert answer.json()["messages"][0]["role"] == "user"
        assert answer.json()["messages"][-1]["role"] != "user"
        assert client.ask("and sand chinos")[-1]["type"] == "RUN_FINISHED"
    assert "gone:" not in whole.one["gateway"].log()
