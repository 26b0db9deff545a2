"""stack-notes.md section 8, rule 9: a flood on the bus and streams from the model do not starve each other. How long a
stream stands still is `make bench-flood`."""
import pathlib
import sys
import time

import pytest

from daemons import Whole

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
from flood import flood, streams  # noqa: E402

REQUESTS = 20000


@pytest.fixture
def whole():
    whole = Whole(understudy=("--first-token-ms", 50, "--tokens-per-second", 60))
    try:
        yield whole.up()
        assert whole.close() == []
    finally:
        whole.close()
        whole.remove()


def test_requests_without_end_stop_no_stream_and_are_all_answered(whole):
    listening = streams(whole.url, 4)
    begun = time.monotonic()
    assert flood(whole.state, REQUESTS) == REQUESTS
    ended = time.monotonic()
    for stream in listening:
        stream.join()
    assert [stream.ended for stream in listening] == ["RUN_FINISHED"] * 4
    assert not any(stream.degraded for stream in listening)
    for stream in listening:  # words came while the flood lasted, unless the answer was whole before it
        assert any(begun < at < ended for at in stream.words) or stream.words[-1] < begun
