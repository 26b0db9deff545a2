"""The machine fails under one daemon: it says so in a line, the shopper is told, the others go on, and when
the cause is gone all is as before."""
import errno
import os
import pathlib
import resource
import shutil
import signal
import time

import pytest
import requests

from client import Client, Closed, resume
from daemons import BUILD, SAMPLE_SHOP, SLOW, VARIANT, Whole, free_port, import_feed, wait_until

QUESTION = "a white linen shirt and sand chinos for a beach wedding"
DAY_MS = 86400000


class Town(Whole):
    """All daemons, on a machine that fails as `fault()` says."""

    def __init__(self, **env):
        super().__init__({"RUN_MS": "20000", "DRAIN_MS": "3000", **env},
                         understudy=("--first-token-ms", 20, "--tokens-per-second", 150, "--port", free_port()))
        self.faults = pathlib.Path(self.state) / "faults"
        self.faults.mkdir()
        self.env.update(FAULTS=str(self.faults), LD_PRELOAD=str(BUILD / "tests/tools/faults.so"),
                        ASAN_OPTIONS="detect_leaks=1:exitcode=99:verify_asan_link_order=0")

    def fault(self, daemon, what, number):
        (self.faults / f"{daemon}.{what}").write_text(str(number))

    def mend(self, daemon, what):
        (self.faults / f"{daemon}.{what}").unlink()

    def client(self, **more):
        return Client(self.url, timeout=20, **more)

    def ask(self, query=QUESTION, **more):
        with self.client() as client:
            client.ask(query, **more)
            return client

    def works(self):
        """A question is answered, with products."""
        client = self.ask()
        assert client.events[-1]["type"] == "RUN_FINISHED", client.events[-1]
        return bool(client.products())

    def others_run(self, but):
        assert [d.label for d in self.daemons if d.name != but and not d.running()] == []

    def again(self, name):
        """Start a daemon that has ended, as compose would."""
        daemon = self.one[name]
        daemon.expected = {0}
        return daemon.start()


@pytest.fixture
def town(sample_catalogue):
    w = Town().up(sample_catalogue)
    yield w
    wrong = w.close()
    logs = w.logs() if wrong else ""
    w.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


def code_of(client):
    assert client.events[-1]["type"] == "RUN_ERROR", client.events[-1]
    assert client.events[-1]["message"]
    return client.events[-1]["code"]


# -- the store ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS], ids=["disk full", "read-only"])
def test_a_store_that_takes_nothing_refuses_a_question_clearly(town, number):
    assert town.works()
    town.fault("orchestrator", "write", number)
    assert code_of(town.ask()) == "store"
    town.one["orchestrator"].wait_for_log(r" error +orchestrator: store: ")
    town.others_run("orchestrator")
    town.mend("orchestrator", "write")
    if not town.one["orchestrator"].running():
        town.one["orchestrator"].wait()
        town.again("orchestrator")
    assert town.works()


def test_a_run_under_way_on_a_full_disk_goes_on_when_there_is_room_again(town):
    orchestrator = town.one["orchestrator"]
    with town.client() as client:
        client.begin(QUESTION)
        for _ in range(6):
            client.event()
        town.fault("orchestrator", "write", errno.ENOSPC)
        orchestrator.wait_for_log(r" error +orchestrator: store: runs under way")
        assert orchestrator.wait() == 1
        orchestrator.expected = {1}
        town.others_run("orchestrator")
        town.mend("orchestrator", "write")
        town.again("orchestrator")
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
    assert town.works()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS], ids=["disk full", "read-only"])
def test_an_orchestrator_whose_store_may_not_be_written_says_so_and_does_not_start(town, number):
    orchestrator = town.one["orchestrator"]
    assert orchestrator.stop() is None
    town.fault("orchestrator", "open", number)
    town.fault("orchestrator", "write", number)
    orchestrator.start(wait=False)
    assert orchestrator.wait() == 1
    assert " error   orchestrator: store: " in orchestrator.log()
    assert code_of(town.ask()) == "unavailable"
    town.others_run("orchestrator")
    town.mend("orchestrator", "open")
    town.mend("orchestrator", "write")
    orchestrator.start()
    assert town.works()


# -- the catalogue ------------------------------------------------------------------------------------


def test_a_catalogue_that_is_removed_or_broken_under_a_wardrobe_changes_nothing(town):
    file, wardrobe = pathlib.Path(town.state) / "catalogue.sqlite", town.one["wardrobe"]
    file.rename(file.with_suffix(".away"))
    time.sleep(1.5)  # it looks once a second
    assert town.works()
    file.write_bytes(b"this is no catalogue" * 1000)
    wardrobe.wait_for_log(r" (error|warning) +wardrobe: .*catalogue")
    assert town.works()
    file.unlink()
    file.with_suffix(".away").rename(file)
    town.others_run("")
    assert town.works()


def test_a_wardrobe_without_a_catalogue_is_ready_and_takes_the_first_import(town):
    file, wardrobe = pathlib.Path(town.state) / "catalogue.sqlite", town.one["wardrobe"]
    assert wardrobe.stop() is None
    file.rename(file.with_suffix(".away"))
    wardrobe.start()
    client = town.ask()
    assert client.events[-1]["type"] == "RUN_FINISHED" and client.products() == []
    assert {r["outcome"] for r in client.results()} <= {"unavailable"}
    assert client.events[-1]["result"]["degraded"]
    assert " no_catalogue" in wardrobe.log() or "catalogue" in wardrobe.log()
    import_feed(town.state, SAMPLE_SHOP)
    wardrobe.wait_for_log(r"catalogue version=\w+ products=4")
    assert town.works()


# -- the model ----------------------------------------------------------------------------------------


def test_a_model_that_is_away_is_a_clear_error_and_comes_back(town):
    assert town.works()
    assert town.one["understudy"].stop() is None
    client = town.ask()
    assert code_of(client).startswith("model_")
    assert client.products(), "the shopper's own words were looked up all the same"
    town.one["orchestrator"].wait_for_log(r" warning orchestrator: run=\w+ suggestion failed")
    town.others_run("understudy")
    town.one["understudy"].start()
    assert wait_until(town.works, 10, 0.2)


# -- the clock ----------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_in_the_middle_of_a_run(town):
    thread = "a-thread"
    with town.client() as client:
        client.begin(QUESTION, thread=thread, run_id="before")
        for _ in range(6):
            client.event()
        for daemon in ("orchestrator", "gateway", "wardrobe", "psychologist", "extractor"):
            town.fault(daemon, "clock", -3 * 365 * DAY_MS)
        assert client.to_end()[-1]["type"] == "RUN_FINISHED"
        assert client.ask("cheaper", thread=thread, run_id="after")[-1]["type"] == "RUN_FINISHED"
    town.others_run("")
    history = requests.get(f"{town.http}/threads/{thread}", timeout=10).json()["messages"]
    assert [m["content"] for m in history if m["role"] == "user"] == [QUESTION, "cheaper"]
    replayed, code = resume(town.url, "before")
    assert code == 1000 and replayed.events == client_events(town, "before")


def client_events(town, run):
    with town.client(run_id=run, offset=-1) as client:
        return client.to_end()


# -- descriptors --------------------------------------------------------------------------------------


def set_descriptors(daemon, most):
    """MOST descriptors from now on; None: as many as it may have."""
    hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (hard if most is None else most, hard))


def test_a_gateway_out_of_descriptors_keeps_its_clients_and_recovers(town):
    gateway = town.one["gateway"]
    first = town.client()
    open_now = len(os.listdir(f"/proc/{gateway.process.pid}/fd"))
    set_descriptors(gateway, open_now + 20)
    idle, refused = [], 0
    for _ in range(60):
        try:
            idle.append(Client(town.url, timeout=0.5 / SLOW))
        except Exception:  # noqa: BLE001 - refused, reset or never answered: all are no connection
            refused += 1
            if refused == 3:
                break
    assert refused == 3 and len(idle) >= 10
    gateway.wait_for_log(r" (error|warning) +gateway: .*descriptors")
    assert first.ask(QUESTION)[-1]["type"] == "RUN_FINISHED"
    before = gateway_cpu_s(gateway)
    time.sleep(1)
    assert gateway_cpu_s(gateway) - before < 0.5 * SLOW, "it spins"
    for client in idle:
        client.ws.shutdown()
    assert wait_until(lambda: connects(town), 5, 0.1)
    assert town.works()
    first.close()


def gateway_cpu_s(daemon):
    fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connects(town):
    try:
        Client(town.url, timeout=1).close()
        return True
    except Exception:  # noqa: BLE001
        return False


def test_an_orchestrator_out_of_descriptors_is_a_clear_error_and_recovers(town):
    orchestrator = town.one["orchestrator"]
    open_now = len(os.listdir(f"/proc/{orchestrator.process.pid}/fd"))
    set_descriptors(orchestrator, open_now)
    client = town.ask()
    assert code_of(client).startswith("model_")
    orchestrator.wait_for_log(r" error +orchestrator: model: no socket .* open files")
    town.others_run("")
    set_descriptors(orchestrator, None)
    assert town.works()


# -- memory -------------------------------------------------------------------------------------------


@pytest.mark.skipif(VARIANT == "asan", reason="skipped: the sanitizer itself needs terabytes of address space")
@pytest.mark.parametrize("name", ["psychologist", "extractor", "wardrobe", "orchestrator", "gateway"])
def test_a_daemon_at_its_memory_limit_says_so_and_the_others_go_on(town, name):
    assert town.works()
    daemon = town.one[name]
    limit = int(pathlib.Path(f"/proc/{daemon.process.pid}/statm").read_text().split()[0]) * 4096
    resource.prlimit(daemon.process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    with town.client(check=False) as client:
        for n in range(3):
            client.begin(QUESTION + ", please" * 400, thread=f"{name}-{n}")
        for _ in range(3):
            try:
                client.to_end()
            except Closed:
                break
            except Exception:  # noqa: BLE001 - silent: it has ended, or holds the run for who comes
                break
            if not daemon.running():
                break
    time.sleep(0.3)
    if not daemon.running():
        assert daemon.process.returncode in (1, -signal.SIGABRT), daemon.process.returncode
        assert "memory" in daemon.log(), daemon.log()[-2000:]
        daemon.expected = {1, -signal.SIGABRT}
    town.others_run(name)
    if daemon.running():
        resource.prlimit(daemon.process.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        town.again(name)
        if name == "gateway":
            town.url, town.http = f"ws://127.0.0.1:{daemon.port()}/ws", f"http://127.0.0.1:{daemon.port()}"
    assert wait_until(town.works, 10, 0.2)
