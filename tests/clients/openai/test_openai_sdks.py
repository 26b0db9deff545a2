"""The official `openai` SDKs, unchanged, accept every answer of the understudy: both dialects, streamed and not."""
import json
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "tests/system"))
from daemons import Ensemble  # noqa: E402

INSTALLED = TOP / "build/clients/openai"


@pytest.fixture(scope="module")
def python():
    """The Python of an environment with the SDK."""
    if not (INSTALLED / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", INSTALLED], check=True)
    subprocess.run([INSTALLED / "bin/pip", "-q", "--disable-pip-version-check", "install", "-r", HERE / "requirements.txt"],
                   check=True)
    return INSTALLED / "bin/python"


@pytest.fixture(scope="module")
def node():
    """A folder in which node finds the SDK."""
    folder = TOP / "build/clients/openai-node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in "package.json", "ask.mjs":
        shutil.copy(HERE / name, folder / name)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def understudy():
    ensemble = Ensemble()
    daemon = ensemble.start("understudy", "--port", 0, "--first-token-ms", 0, "--tokens-per-second", 0)
    yield f"http://127.0.0.1:{daemon.port()}/v1"
    wrong = ensemble.close()
    ensemble.remove()
    assert not wrong


def check(got):
    for name in "responses", "chat":
        assert len(got[name]["text"]) > 100 and got[name]["tokens"] > 0, name
        streamed = got[name + "_stream"]
        assert streamed["text"] == streamed["final"] and len(streamed["text"]) > 100, name
        assert streamed["tokens"] > 0, name
        assert len(got[name + "_tools"]) >= 2 and got[name + "_tools_stream"] == got[name + "_tools"], name
    assert got["responses"]["status"] == "completed" and got["responses_stream"]["last"] == "response.completed"
    assert got["chat"]["finish"] == got["chat_stream"]["finish"] == "stop"
    assert "understudy" in got["models"]
    assert len(got["embeddings"]) == 2 and got["embeddings"][0] == got["embeddings"][1] > 0
    assert got["errors"] == {"understudy+429": 429, "nowhere": 404}


def run(*command, **more):
    process = subprocess.run(command, capture_output=True, text=True, timeout=120, **more)
    assert process.returncode == 0, process.stderr[-4000:]
    return json.loads(process.stdout)


def test_the_python_sdk(python, understudy):
    check(run(python, HERE / "ask.py", understudy))


def test_the_javascript_sdk(node, understudy):
    check(run("node", "ask.mjs", understudy, cwd=node))
