"""The README's two commands on a machine that has nothing: debian:trixie-slim and a fresh clone."""
import pathlib
import subprocess
import uuid

import pytest
from conftest import ROOT, run

SCRIPT_UP = r"""
set -em # with job control, or a background job would be deaf to Ctrl-C's signal
cd /clone
./ensemble up --port 8123 >/tmp/up.log 2>&1 &
for i in $(seq 600); do
    grep -q 'Ensemble is up' /tmp/up.log && break
    kill -0 $! 2>/dev/null || { cat /tmp/up.log; exit 1; }
    sleep 0.5
done
./ensemble ask --port 8123 "I need something for a beach wedding in July, under 200 dollars, I'm an M"
kill -INT $!
wait $! || { cat /tmp/up.log; exit 1; }
if grep -qx orchestrator /proc/[0-9]*/comm 2>/dev/null; then echo "still there"; exit 1; fi
echo stopped
"""


@pytest.fixture(scope="module")
def machine(engine, tmp_path_factory):
    """A container of the base image with a fresh clone in it."""
    clone = tmp_path_factory.mktemp("bare") / "clone"
    run("git", "clone", "-q", str(ROOT), str(clone))
    name = f"ensemble-bare-{uuid.uuid4().hex[:8]}"
    run("docker", "run", "-d", "--name", name, "-v", f"{clone}:/clone", "debian:trixie-slim", "sleep", "infinity")
    yield name
    subprocess.run(["docker", "rm", "-f", name], capture_output=True)


def in_machine(name, script, timeout):
    return run("docker", "exec", name, "bash", "-c", script, timeout=timeout)


def test_up_answers_a_question_and_stops_on_ctrl_c(machine):
    output = in_machine(machine, SCRIPT_UP, 900)
    assert "Go on with --thread" in output and output.rstrip().endswith("stopped"), output[-3000:]


def test_the_tests_pass(machine):
    output = in_machine(machine, "cd /clone && ./ensemble test", 1500)
    assert ", 0 failed" in output.rstrip().split("\n")[-1], output[-4000:]
