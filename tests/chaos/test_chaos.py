"""Thirty kills under load, judged."""
import json

from chaos import chaos, read_arguments


def test_nothing_is_lost_and_nothing_comes_twice():
    said = []
    report, wrong = chaos(read_arguments(["--kills", "30", "--shoppers", "6"]), said.append)
    print("\n".join(said), json.dumps(report))
    assert not wrong, "\n".join(map(str, wrong[:40])) + "\n" + "\n".join(said)
    assert report["kills"] == 30 and report["runs"] > 20
