"""A PostgreSQL server of Debian's packages for the tests: in a folder of its own, on a Unix socket only, as another user where the tests
are root (which it refuses to be), stopped by its process number."""
import glob
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

SERVER = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[4]))


class Postgres:
    """One server, with the database `shop`, and for each test a schema of its own. SETTINGS are the server's, beside the tests' own."""

    def __init__(self, **settings):
        self.settings = settings
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ens-pg-", dir="/tmp"))
        self.programs = pathlib.Path(SERVER[-1]).parent
        self.process = None
        self.schemas = 0
        self.user = {}
        if os.geteuid() == 0:
            self.user = {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "extra_groups": []}
            shutil.chown(self.folder, "postgres")
        self.folder.chmod(0o755)
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.run("createdb", "-h", self.folder, "-U", "tester", "shop")

    def run(self, program, *arguments):
        subprocess.run([self.programs / program, *map(str, arguments)], cwd="/tmp", check=True, capture_output=True, timeout=120, **self.user)

    def start(self, wait=True):
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off", "max_connections": 40,
                    "shared_buffers": "32MB", "autovacuum": "off", **self.settings}
        with open(self.folder.parent / f"{self.folder.name}.log", "ab") as log:
            self.process = subprocess.Popen([self.programs / "postgres", "-D", self.folder / "data",
                                             *(f"--{name}={value}" for name, value in settings.items())],
                                            cwd="/tmp", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user)
        deadline = time.monotonic() + 60
        while wait and subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder], check=False).returncode != 0:
            assert time.monotonic() < deadline and self.process.poll() is None, self.log()
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends it at once and in good order, SIGQUIT as a crash does."""
        self.process.send_signal(how)
        self.process.wait(60)

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)

    def log(self):
        return (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")

    def sql(self, text, *, user="tester"):
        """The rows of TEXT, each a list of texts."""
        done = subprocess.run([self.programs / "psql", "-h", self.folder, "-U", user, "-d", "shop", "-qAtF", "\t", "-v", "ON_ERROR_STOP=1", "-c", text],
                              capture_output=True, text=True, check=True, timeout=120)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def catalogue(self):
        """The URL of a place for a catalogue that nobody else has."""
        self.schemas += 1
        self.sql(f"CREATE SCHEMA shop{self.schemas}")
        return self.url(f"shop{self.schemas}")

    def url(self, schema, user="tester"):
        return f"postgresql://{user}:not%20for%20the%20log@/shop?host={self.folder}&options=-csearch_path%3D{schema}"


def rows(url, sql):
    """The rows of SQL as tuples, in a catalogue's schema; `products`, `variants` and `meta` are the newest catalogue's, as in a file."""
    newest = "(SELECT max(number) FROM catalogue_versions)"
    tables = (f"WITH products AS (SELECT * FROM catalogue_products WHERE catalogue = {newest}),"
              f" variants AS (SELECT * FROM catalogue_variants WHERE catalogue = {newest}),"
              f" meta AS (SELECT * FROM catalogue_settings WHERE catalogue = {newest})")
    done = subprocess.run([pathlib.Path(SERVER[-1]).parent / "psql", url, "-qAt", "-v", "ON_ERROR_STOP=1", "-c",
                           f"{tables} SELECT row_to_json(r) FROM ({sql}) r"], capture_output=True, text=True, check=True, timeout=120)
    return [tuple(json.loads(line).values()) for line in done.stdout.splitlines()]


def lacks_pgvector():
    """Why the server can't compare vectors; "" where it can. Debian has a package of pgvector from 13 on."""
    if not SERVER:
        return "no PostgreSQL on this machine"
    version = SERVER[-1].split("/")[4]
    if os.path.exists(f"/usr/share/postgresql/{version}/extension/vector.control"):
        return ""
    return f"no postgresql-{version}-pgvector on this machine"


def is_packaged():
    version = SERVER[-1].split("/")[4]
    return shutil.which("apt-cache") and subprocess.run(["apt-cache", "show", f"postgresql-{version}-pgvector"], capture_output=True, check=False).returncode == 0


def need_pgvector():
    """Skip where it is missing, but in CI where a package would bring it."""
    why = lacks_pgvector()
    if why and os.environ.get("CI") == "true" and is_packaged():
        pytest.fail(f"{why}: packages.txt names it")
    if why:
        pytest.skip(f"skipped: {why}")


@pytest.fixture(scope="session")
def postgres():
    if not SERVER:
        if os.environ.get("CI") == "true":
            pytest.fail("no PostgreSQL: packages.txt names it")
        pytest.skip("skipped: no PostgreSQL on this machine")
    server = Postgres()
    yield server
    server.remove()
