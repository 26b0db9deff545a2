"""./ensemble as a new operator meets it. The script is a copy beside daemons that are not real: they say `ready`
and wait, or fail as a test says. tests/containers has it with the real ones."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from daemons import TOP, wait_until

DAEMONS = ("gateway", "orchestrator", "psychologist", "extractor", "wardrobe", "understudy")
DAEMON = r"""#!/bin/sh
name=$(basename "$0")
[ "${1:-}" != import ] || { echo "$*" >>imported; exit 0; }
trap 'echo "T info $name: stopped" >&2; exit 0' TERM
if [ -f "$name.fails" ]; then echo "T error   $name: $(cat "$name.fails")" >&2; exit 1; fi
echo "T info    $name: listening address=127.0.0.1 port=4711" >&2
echo "T info    $name: ready pid=$$" >&2
while :; do sleep 0.05; done
"""


class Door:
    def __init__(self, folder):
        self.folder = folder
        shutil.copy(TOP / "ensemble", folder)
        (folder / "common").mkdir()
        shutil.copy(TOP / "common/options.def", folder / "common")
        (folder / "packages.txt").write_text("build    make\n")
        (folder / "Makefile").write_text(".PHONY: all %\nall:\n%:\n\t@true\n")
        (folder / "wardrobe/sample").mkdir(parents=True)
        (folder / "wardrobe/sample/shop.tsv").write_text("a shop\n")
        for name in DAEMONS:
            path = folder / "build/release" / name / name
            path.parent.mkdir(parents=True)
            path.write_text(DAEMON)
            path.chmod(0o755)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.log = folder / "up.log"

    def run(self, *arguments, cwd=None, **more):
        return subprocess.run([self.folder / "ensemble", *arguments], cwd=cwd or self.folder, env=self.env, text=True,
                              capture_output=True, timeout=60, **more)

    def refused(self, *arguments):
        """What it says when it ends with 1."""
        done = self.run(*arguments)
        assert done.returncode == 1, done
        lines = done.stderr.strip().split("\n")
        assert lines[-1].startswith("ensemble: "), done.stderr
        return done.stderr

    def up(self, command):
        """COMMAND of bash, which starts `up` in the background and prints its process."""
        with open(self.log, "wb") as log:
            pid = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=log, text=True,
                                 timeout=30).stdout.strip()
        assert wait_until(lambda: "Ensemble is up" in self.log.read_text()), self.log.read_text()
        return int(pid)

    def processes(self):
        return [p for p in pathlib.Path("/proc").glob("[0-9]*") if str(self.folder).encode() in self.place(p)]

    @staticmethod
    def place(process):
        try:
            return os.readlink(process / "cwd").encode()
        except OSError:
            return b""

    def is_over(self):
        return wait_until(lambda: not self.processes(), 15)


@pytest.fixture
def door(tmp_path):
    d = Door(tmp_path)
    yield d
    for process in d.processes():
        os.kill(int(process.name), signal.SIGKILL)


UP = "./ensemble up --port 0 >>up.log 2>&1 & echo $!"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_in_the_background_of_a_script_it_is_stopped_by(door, number):
    pid = door.up(UP)
    os.kill(pid, number)
    assert door.is_over(), door.log.read_text()
    assert "http://localhost:4711/" in door.log.read_text() and f"kill {pid}" in door.log.read_text()
    assert all("stopped" in (door.folder / f"state/log/{name}.log").read_text() for name in DAEMONS)


def test_a_background_job_of_a_script_is_deaf_to_sigint(door):
    """POSIX has it so, and a script can't undo it: SIGTERM is what stops it."""
    pid = door.up(UP)
    os.kill(pid, signal.SIGINT)
    time.sleep(1)
    assert len(door.processes()) > 6
    os.kill(pid, signal.SIGTERM)
    assert door.is_over()


def test_ctrl_c_and_a_lost_terminal_stop_it(door):
    for number in (signal.SIGINT, signal.SIGHUP):
        pid = door.up("set -m; " + UP)
        os.killpg(pid, number)
        assert door.is_over(), door.log.read_text()


def test_a_second_up_on_the_same_state_spoils_nothing(door):
    pid = door.up(UP)
    before = (door.folder / "state/log/gateway.log").read_text()
    assert f"runs in {door.folder}/state (process {pid})" in door.refused("up", "--port", "0")
    assert (door.folder / "state/log/gateway.log").read_text() == before
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    said = door.refused("up", "--port", "0")
    subprocess.run(["sh", "-c", said.split("with ", 1)[1].strip()], check=True)
    assert door.is_over(), said
    os.kill(door.up(UP), signal.SIGTERM)
    assert door.is_over()


def test_what_a_daemon_failed_for_is_said_once(door):
    (door.folder / "gateway.fails").write_text("web: can't listen on 127.0.0.1 port 8080: Address already in use")
    said = door.refused("up")
    assert said.count("Address already in use") == 1 and "its log: " in said and "started again" not in said
    assert door.is_over()


def test_why_the_sample_shop_is_not_imported_is_said(door):
    (door.folder / "build/release/wardrobe/wardrobe").write_text("#!/bin/sh\necho 'T error   wardrobe: disk is full' >&2\nexit 1\n")
    said = door.refused("up")
    assert "disk is full" in said and "could not be imported" in said
    assert not door.processes()


def test_a_state_folder_that_can_not_be_written_is_said(door):
    (door.folder / "file").write_text("")
    assert "file/x: no folder there" in door.refused("up", "--state", "file/x")
    assert "no folder there" in door.refused("import", "feed.tsv", "--state", "file/x")
    assert "no folder there" in door.refused("keys", "file/x")
    if os.geteuid() == 0:  # as somebody else
        (door.folder / "state/log").mkdir(parents=True)
        os.chmod(door.folder, 0o755)
        for above in list(door.folder.parents)[:-2]:
            os.chmod(above, 0o755)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", door.folder / "ensemble", "up"],
                              env=door.env, text=True, capture_output=True)
        assert done.returncode == 1 and "can't be written by nobody" in done.stderr


@pytest.mark.parametrize("arguments, says", [
    (["up", "--port"], "--port wants a number"), (["up", "--port", "abc"], "abc is no port"), (["up", "--port", "65536"], "65536 is no port"),
    (["up", "--state"], "--state wants a folder"), (["up", "--frob"], "--frob is not one of"), (["ask"], "ask wants a question"),
    (["keys"], "keys wants a folder")])
def test_wrong_arguments_are_named(door, arguments, says):
    assert says in door.refused(*arguments)


def test_what_is_no_command_is_named(door):
    done = door.run("frobnicate")
    assert done.returncode == 2 and 'no command "frobnicate"' in done.stderr and "./ensemble up" in done.stderr
    for help_ in ("help", "-h", "--help"):
        done = door.run(help_, cwd="/")
        assert done.returncode == 0 and "./ensemble up" in done.stdout


def test_env_is_read_as_compose_reads_it(door):
    (door.folder / "build/release/gateway/gateway").write_text("#!/bin/sh\nenv\n")
    (door.folder / ".env").write_bytes(b"# a comment\r\n\r\nexport RETAIN_DAYS=7 # days\r\nMODEL_KEY='a # b'\nMODEL_URL=\"http://x\"\n"
                                       b"SUGGEST_MODEL=mine\nMODEL_KEY_FILE=/x\nMODLE_URL=http://typo")
    door.env["SUGGEST_MODEL"] = "theirs"
    # `import` reads it too, and ends
    (door.folder / "build/release/wardrobe/wardrobe").write_text("#!/bin/sh\nenv\n")
    done = door.run("import", "feed")
    assert done.stderr == "ensemble: .env: MODLE_URL is no option; see the README's table\n"
    lines = done.stdout.split("\n")
    assert {"RETAIN_DAYS=7", "MODEL_KEY=a # b", "MODEL_URL=http://x", "SUGGEST_MODEL=theirs", "MODEL_KEY_FILE=/x"} <= set(lines)


@pytest.mark.parametrize("line, says", [("MODEL KEY=s3cret", '"MODEL KEY" is no name'), ("MODEL_KEY = s3cret", '"MODEL_KEY " is no name'),
                                        ("just words", "not KEY=VALUE"), ("=x", '"" is no name'), ("1A=x", '"1A" is no name')])
def test_a_line_of_env_that_is_none_is_named_without_its_secret(door, line, says):
    (door.folder / ".env").write_text(line + "\n")
    said = door.refused("up")
    assert says in said and "s3cret" not in said


def test_paths_are_meant_from_where_one_is(door, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "feed.tsv").write_text("x")
    assert door.run("import", "feed.tsv", "--state", "mine", cwd=elsewhere).returncode == 0
    assert (door.folder / "imported").read_text() == f"import {elsewhere}/feed.tsv --state-dir {elsewhere}/mine\n"
    assert door.run("keys", "keys", cwd=elsewhere).returncode == 0
    assert (elsewhere / "keys/others.key").exists()


def test_only_an_import_that_went_well_makes_the_shop_ones_own(door):
    (door.folder / "state").mkdir()
    mark = door.folder / "state/sample.sum"
    mark.write_text("1")
    wardrobe = door.folder / "build/release/wardrobe/wardrobe"
    wardrobe.write_text("#!/bin/sh\nexit 1\n")
    assert door.run("import", "feed").returncode == 1 and mark.exists()
    wardrobe.write_text("#!/bin/sh\nexit 0\n")
    assert door.run("search", "words").returncode == 0 and mark.exists()
    assert door.run("import", "feed").returncode == 0 and not mark.exists()
