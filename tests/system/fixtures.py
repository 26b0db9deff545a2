"""The fixtures of the system tests and of the official clients' tests."""
import pytest

from daemons import SAMPLE_SHOP, Ensemble, Whole, import_feed
from fake_orchestrator import FakeOrchestrator
from postgres_server import postgres  # noqa: F401


@pytest.fixture
def ensemble():
    """A state folder; whatever is started in it is stopped at the end, and must stop well."""
    e = Ensemble()
    yield e
    wrong = e.close()
    logs = e.logs() if wrong else ""
    e.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs


@pytest.fixture
def fake(ensemble):
    """An orchestrator that is a script: it does what the test says, and tells what it was sent."""
    orchestrator = FakeOrchestrator(ensemble.state)
    yield orchestrator
    orchestrator.close()


@pytest.fixture
def gateway(ensemble, fake):
    """A gateway that knows the fake orchestrator."""
    daemon = ensemble.gateway()
    fake.wait_for_peer()
    return daemon


@pytest.fixture(params=["sqlite", "postgres"])
def home(request, monkeypatch):
    """Where catalogues are kept: all that a test starts or imports uses this home. A server, or None for files."""
    monkeypatch.delenv("CATALOGUE", raising=False)
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres")
    monkeypatch.setenv("CATALOGUE", server.catalogue())
    return server


@pytest.fixture(scope="session")
def sample_catalogue(tmp_path_factory):
    """The sample shop, imported once for all tests."""
    folder = tmp_path_factory.mktemp("sample")
    import_feed(folder, SAMPLE_SHOP)
    return folder / "catalogue.sqlite"


@pytest.fixture(scope="module")
def whole(sample_catalogue):
    """Everything, with an understudy that answers at once; shared by the tests of a module."""
    yield from up_and_down(Whole(), sample_catalogue)


@pytest.fixture(scope="module")
def paced(sample_catalogue):
    """The same, with an understudy that writes slowly enough to be cut and stopped in mid-sentence."""
    yield from up_and_down(Whole(understudy=("--first-token-ms", 30, "--tokens-per-second", 150)), sample_catalogue)


def up_and_down(w, catalogue):
    yield w.up(catalogue)
    wrong = w.close()
    logs = w.logs() if wrong else ""
    w.remove()
    assert not wrong, "; ".join(wrong) + "\n" + logs
