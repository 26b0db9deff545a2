"""A gateway (the one at ENSEMBLE_URL, or the mock) and one headless Chromium."""
import os
import pathlib
import subprocess
import sys

import pytest

if os.environ.get("CI") == "true":
    import selenium  # noqa: F401  nothing is skipped there

MOCK = pathlib.Path(__file__).resolve().parents[1] / "mock_gateway.py"
FLAGS = ("--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars "
         "--disable-background-networking --disable-component-update --disable-sync "
         "--no-first-run --window-size=1440,900").split()


@pytest.fixture(scope="session")
def base():
    """The address of the page."""
    if os.environ.get("ENSEMBLE_URL"):
        yield os.environ["ENSEMBLE_URL"].rstrip("/") + "/"
        return
    mock = subprocess.Popen([sys.executable, MOCK, "--speed", "4"], stdout=subprocess.PIPE,
                            text=True)
    yield mock.stdout.readline().split()[1] + "/"
    mock.terminate()
    mock.wait()


@pytest.fixture(scope="session")
def browser():
    from selenium import webdriver                      # the tests skip where it is missing
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield chromium
    chromium.quit()


@pytest.fixture
def page(browser, base):
    """The page as a new visitor finds it, 1440 x 900 and light."""
    from page import Page
    fresh = Page(browser, base)
    fresh.visit_as_a_stranger()
    return fresh


@pytest.fixture
def mock_page(page):
    """The same, where the answer must be the mock's."""
    if os.environ.get("ENSEMBLE_URL"):
        pytest.skip("skipped: scripted by the mock gateway")
    return page
