"""Thirty kills under load, judged."""
import json

import pytest

from chaos import chaos, read_arguments
from postgres_server import SERVER


@pytest.mark.parametrize("more", [[], ["--several"]], ids=["one", "several"])
def test_nothing_is_lost_and_nothing_comes_twice(more):
    if more and not SERVER:
        pytest.skip("skipped: no PostgreSQL on this machine")
    said = []
    report, wrong = chaos(read_arguments(["--kills", "30", "--shoppers", "6", *more]), said.append)
    print("\n".join(said), json.dumps(report))
    assert not wrong, "\n".join(map(str, wrong[:40])) + "\n" + "\n".join(said)
    assert report["kills"] == 30 and report["runs"] > 20
