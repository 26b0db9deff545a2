"""Real daemons for the system tests: started from build/$VARIANT with a folder and ports of their own,
stopped by SIGTERM, and looked at afterwards: exit code 0, no sanitizer report."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
VARIANT = os.environ.get("VARIANT", "release")
BUILD = TOP / "build" / VARIANT
SLOW = 4 if VARIANT == "asan" else 1  # how much longer anything may take
SANITIZER = re.compile(r"(AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:).*")


def binary(name):
    return BUILD / name / name


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, seconds=10, step=0.01):
    """Poll WHAT until it is true; its last value."""
    deadline = time.monotonic() + seconds * SLOW
    while True:
        value = what()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(step)


class Daemon:
    """One process. LOG holds what it says. ENTER is what starts it, where that is another command (nsenter)."""

    def __init__(self, name, state, arguments=(), env=None, label=None, enter=()):
        self.name = name
        self.label = label or name
        self.log_path = pathlib.Path(state) / f"{self.label}.log"
        self.arguments = [*enter, str(binary(name)), "--state-dir", str(state), *map(str, arguments)]
        self.env = {"PATH": os.environ["PATH"], "HOME": str(state),
                    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
                    "UBSAN_OPTIONS": "print_stacktrace=1", **(env or {})}
        for name in ("CATALOGUE", "CATALOGUE_VECTORS"):  # of the fixture `home`
            if name in os.environ:
                self.env.setdefault(name, os.environ[name])
        self.process = None
        self.expected = {0}

    def start(self, wait=True):
        log = open(self.log_path, "ab")
        self.from_byte = log.tell()
        self.process = subprocess.Popen(self.arguments, cwd=TOP, env=self.env, stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log)
        log.close()
        if wait:
            self.wait_for_log(r"\bready\b", 30)
        return self

    def log(self):
        """What this process has said (not those before it under the same name)."""
        with open(self.log_path, "rb") as log:
            log.seek(self.from_byte)
            return log.read().decode(errors="replace")

    def wait_for_log(self, pattern, seconds=10):
        found = wait_until(lambda: re.search(pattern, self.log()) or self.process.poll() is not None, seconds)
        match = re.search(pattern, self.log())
        assert match, f"{self.label} never said {pattern!r}:\n{self.log()[-4000:]}"
        return match if found is not True else match

    def port(self):
        return int(self.wait_for_log(r"port=(\d+)").group(1))

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9: what a power cut or the kernel does."""
        self.process.kill()
        self.process.wait()
        self.expected = {0, -signal.SIGKILL}

    def wait(self, seconds=15):
        return self.process.wait(seconds * SLOW)

    def stop(self, seconds=15):
        """SIGTERM, and what is wrong with how it went; None if nothing."""
        if self.process is None:
            return None
        if self.running():
            self.process.terminate()
        try:
            code = self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return f"{self.label} did not stop in {seconds * SLOW} s after SIGTERM"
        if code not in self.expected:
            return f"{self.label} ended with {code}"
        report = SANITIZER.search(self.log_path.read_text(errors="replace"))
        return f"{self.label}: {report.group(0)}" if report else None

    def memory_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


class Ensemble:
    """A state folder, and the daemons that share it."""

    def __init__(self):
        self.state = tempfile.mkdtemp(prefix="ens-", dir="/tmp")
        self.daemons = []
        self.env = {}

    def start(self, name, *arguments, env=None, label=None, wait=True, enter=()):
        count = sum(d.name == name for d in self.daemons)
        label = label or (f"{name}-{count}" if count else name)
        daemon = Daemon(name, self.state, arguments, {**self.env, **(env or {})}, label, enter)
        self.daemons.append(daemon)
        return daemon.start(wait)

    def gateway(self, *arguments, env=None, **more):
        """A gateway on a free port, without limits that would be in a test's way."""
        daemon = self.start("gateway", "--port", 0, env={"CLIENT_QUERIES": "0", "CLIENT_CONNECTIONS": "0", "CLIENT_READS": "0", **(env or {})}, *arguments, **more)
        if more.get("wait", True):
            daemon.url = f"ws://127.0.0.1:{daemon.port()}/ws"
            daemon.http = f"http://127.0.0.1:{daemon.port()}"
        return daemon

    def close(self):
        """Stop everything, newest first; a list of what went wrong."""
        wrong = [problem for daemon in reversed(self.daemons) if (problem := daemon.stop())]
        return wrong

    def logs(self, lines=60):
        text = []
        for path in sorted(pathlib.Path(self.state).glob("*.log")):
            text.append(f"---- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:]))
        return "\n".join(text)

    def remove(self):
        shutil.rmtree(self.state, ignore_errors=True)


SAMPLE_SHOP = TOP / "wardrobe" / "sample" / "shop.tsv"


def import_feed(state, feed, *arguments, check=True):
    """`wardrobe import FEED` into the state's catalogue; the finished process."""
    return subprocess.run([str(binary("wardrobe")), "import", str(feed), "--state-dir", str(state), *map(str, arguments)],
                          cwd=TOP, capture_output=True, text=True, check=check, timeout=120 * SLOW)


class Whole(Ensemble):
    """All six daemons with the sample shop: what `./ensemble up` starts."""

    WORKERS = ("psychologist", "extractor", "wardrobe")

    def __init__(self, env=None, understudy=("--first-token-ms", 0, "--tokens-per-second", 0)):
        super().__init__()
        self.env = env or {}
        self.understudy_arguments = understudy
        self.one = {}  # the newest daemon of each name

    def start(self, name, *arguments, **more):
        self.one[name] = super().start(name, *arguments, **more)
        return self.one[name]

    def up(self, catalogue=None):
        if catalogue is None:
            import_feed(self.state, SAMPLE_SHOP)
        else:
            shutil.copy(catalogue, pathlib.Path(self.state) / "catalogue.sqlite")
        understudy = self.start("understudy", "--port", 0, *self.understudy_arguments)
        self.env.update(MODEL_URL=f"http://127.0.0.1:{understudy.port()}/v1", MODEL_KEY="understudy")
        self.start("orchestrator")
        for worker in self.WORKERS:
            self.start(worker)
        gateway = self.gateway()
        self.url, self.http = gateway.url, gateway.http
        self.wait_for_workers()
        return self

    def wait_for_workers(self):
        """Until the gateway and a worker of each kind have joined the orchestrator."""
        wanted = {*self.WORKERS, "gateway"}
        assert wait_until(lambda: wanted <= set(re.findall(r"joined: (\w+)", self.one["orchestrator"].log()))), self.logs()
