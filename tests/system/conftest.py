import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pytest  # noqa: E402

from fixtures import *  # noqa: E402,F401,F403


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a test fails, the daemons' logs are part of the report."""
    outcome = yield
    report = outcome.get_result()
    for name in ("ensemble", "whole", "paced"):
        if report.when == "call" and report.failed and name in item.funcargs:
            report.sections.append(("logs of the daemons", item.funcargs[name].logs()))
