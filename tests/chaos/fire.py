"""The real daemons, killed, frozen and stopped at random, and started again."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from daemons import BUILD, TOP, Ensemble, free_port, wait_until  # noqa: E402
from postgres_server import Postgres  # noqa: E402

WORKERS = ("psychologist", "extractor", "wardrobe")
FAULTS = "500:0.02,cut:0.02,429:0.01,stall:0.005"
DRAIN_MS = 4000
LEASE_MS = 1500


class Doubled:
    """One orchestrator, or two that share a store on a server; two copies of each worker, two gateways, and the understudy."""

    def __init__(self, faults=FAULTS, first_token_ms=60, tokens_per_second=400, several=False, **options):
        self.ensemble = Ensemble()
        self.state = self.ensemble.state
        self.import_shop()
        self.understudy = self.ensemble.start("understudy", "--port", 0, "--first-token-ms", first_token_ms,
                                              "--tokens-per-second", tokens_per_second, "--fault", faults)
        self.ensemble.env = {"MODEL_URL": f"http://127.0.0.1:{self.understudy.port()}/v1", "MODEL_KEY": "understudy",
                             "MODEL_IDLE_MS": "1500", "MODEL_FIRST_BYTE_MS": "3000", "CLIENT_QUERIES": "0", "CLIENT_CONNECTIONS": "0", "CLIENT_READS": "0"}
        more = [part for name, value in options.items() for part in ("--" + name.replace("_", "-"), value)]
        self.server = Postgres() if several else None
        self.hunted = self.start_two(more) if several else [self.start("orchestrator", more)]
        self.hunted += [self.start(role, label=f"{role}-{n}") for role in WORKERS for n in (1, 2)]
        ports = [free_port(), free_port()]
        self.gateways = [self.start("gateway", ["--port", port, "--ping-ms", 1000], f"gateway-{n}")
                         for n, port in enumerate(ports, 1)]
        self.hunted += self.gateways
        self.urls = [f"ws://127.0.0.1:{port}/ws" for port in ports]
        if not several:
            self.store = pathlib.Path(self.state) / "store.sqlite"

    def start_two(self, more):
        self.store = self.server.catalogue()
        self.ensemble.env["ENSEMBLE_BUS"] = "ipc://bus/1,ipc://bus/2"
        return [self.start("orchestrator", ["--store", self.store, "--bus", f"ipc://bus/{n}", "--lease-ms", LEASE_MS, *more], f"orchestrator-{n}")
                for n in (1, 2)]

    def import_shop(self):
        subprocess.run([BUILD / "wardrobe/wardrobe", "import", "wardrobe/sample/shop.tsv", "--state-dir", self.state],
                       cwd=TOP, check=True, capture_output=True, env={"PATH": os.environ["PATH"]})

    def start(self, name, more=(), label=None):
        return self.ensemble.start(name, "--drain-ms", DRAIN_MS, *more, label=label)

    def close(self):
        return self.ensemble.close()

    def remove(self):
        if self.server is not None:
            self.server.remove()
        self.ensemble.remove()

    def descriptors(self):
        """{label: open descriptors}, without the connections to the model, which are a bounded pool."""
        model = f":{self.understudy.port():04X}"
        tcp = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        pool = {f"socket:[{line.split()[9]}]" for line in tcp
                if line.split()[2].endswith(model) or (line.split()[1].endswith(model) and line.split()[3] == "01")}
        counts = {}
        for daemon in self.ensemble.daemons:
            folder = f"/proc/{daemon.process.pid}/fd"
            counts[daemon.label] = sum(link_of(folder, fd) not in pool for fd in os.listdir(folder))
        return counts

    def descriptors_at_rest(self, at_most=None, seconds=8):
        """What is open once nothing is closed any more; or as soon as nobody has more than AT_MOST."""
        def few():
            counts = self.descriptors()
            return counts if at_most and all(counts[d] <= at_most[d] for d in counts) else None
        if at_most:
            return wait_until(few, seconds, 0.1) or self.descriptors()
        time.sleep(1)
        return self.descriptors()


def link_of(folder, fd):
    try:
        return os.readlink(f"{folder}/{fd}")
    except OSError:
        return ""


class Fire:
    """Every 0.15-0.6 s something happens to somebody."""

    def __init__(self, whole, seed=None):
        self.whole = whole
        self.dice = random.Random(seed)
        self.kills = {"KILL": 0, "STOP": 0, "TERM": 0}
        self.busy = {}  # daemon -> what goes on with it: a generator that is asked again until it ends
        self.wrong = []

    def count(self):
        return sum(self.kills.values())

    def burn(self, kills, at_most_s):
        """Until KILLS have happened, or AT_MOST_S are over; then until all daemons stand again."""
        deadline, due = time.monotonic() + at_most_s, 0
        while self.count() < kills and time.monotonic() < deadline:
            self.look()
            if time.monotonic() >= due:
                self.strike()
                due = time.monotonic() + self.dice.uniform(0.15, 0.6)
            time.sleep(0.005)
        while self.busy:
            self.look()
            time.sleep(0.005)
        for daemon in self.whole.hunted:
            daemon.wait_for_log(r"\bready\b", 20)

    def strike(self):
        free = [d for d in self.whole.hunted if d not in self.busy]
        if not free:
            return
        daemon = self.dice.choice(free)
        kind = self.dice.choices(("KILL", "STOP", "TERM"), (70, 15, 15))[0]
        self.kills[kind] += 1
        self.busy[daemon] = {"KILL": self.kill, "STOP": self.freeze, "TERM": self.drain}[kind](daemon)

    def look(self):
        """Go on with what has begun, and notice who has died without us."""
        for daemon, story in list(self.busy.items()):
            if next(story, "over") == "over":
                del self.busy[daemon]
        for daemon in self.whole.ensemble.daemons:
            if daemon not in self.busy and not daemon.running():
                self.wrong.append(f"{daemon.label} died by itself: {daemon.process.returncode}\n{daemon.log()[-1500:]}")
                daemon.start(wait=False)

    def pause(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            yield

    def start_again(self, daemon):
        yield from self.pause(self.dice.uniform(0, 0.3))
        daemon.start(wait=False)
        yield from self.pause(self.dice.uniform(0, 0.5))  # some are struck before they are ready

    def kill(self, daemon):
        daemon.kill()
        yield from self.start_again(daemon)

    def freeze(self, daemon):
        daemon.signal(signal.SIGSTOP)
        yield from self.pause(self.dice.uniform(0.5, 6))
        if self.dice.random() < 0.6:
            daemon.signal(signal.SIGCONT)
            return
        yield from self.kill(daemon)

    def drain(self, daemon):
        begun = time.monotonic()
        daemon.signal(signal.SIGTERM)
        while daemon.running():
            if time.monotonic() - begun > DRAIN_MS / 1000 + 2:
                self.wrong.append(f"{daemon.label} did not stop within its drain-ms\n{daemon.log()[-1500:]}")
                daemon.kill()
            yield
        # before its handlers stand, SIGTERM is deadly: that is no drain
        if daemon.process.returncode not in (0, -signal.SIGKILL) and " ready " in daemon.log():
            self.wrong.append(f"{daemon.label} drained and ended with {daemon.process.returncode}\n{daemon.log()[-1500:]}")
        yield from self.start_again(daemon)
