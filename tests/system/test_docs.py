"""What the documents say is what the program does."""
import pathlib
import re
import subprocess
import sys

import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import options_table  # noqa: E402


def test_the_readmes_table_of_options_is_made_from_options_def():
    readme = (ROOT / "README.md").read_text()
    assert options_table.renewed(readme) == readme, "run `make readme`"


def test_what_env_example_names_is_an_option():
    known = set(re.findall(r'^OPTION\(\w+, "[^"]*", "([^"]*)"', (ROOT / "common/options.def").read_text(), re.M))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert {n.removesuffix("_FILE") for n in named} <= known


def test_what_the_deployments_set_is_an_option():
    known = set(re.findall(r'^OPTION\(\w+, "[^"]*", "([^"]*)"', (ROOT / "common/options.def").read_text(), re.M))
    for page in [ROOT / "compose.yaml", ROOT / "swarm.yaml", *(ROOT / "docs/kubernetes").glob("*.yaml")]:
        text = page.read_text()
        set_there = re.findall(r"^ +([A-Z][A-Z_]+): |- (?:\{ )?name: ([A-Z][A-Z_]+)\b", text, re.M)
        unknown = {n for names in set_there for n in names if n and not {n, n.removesuffix("_FILE")} & known} - {"WORKER"}
        assert set_there and not unknown, f"{page.name}: {unknown}"


def test_the_keys_of_the_bus_are_pairs_that_zeromq_takes(tmp_path):
    def text(name):
        return (tmp_path / "keys" / name).read_bytes()

    made = subprocess.run([ROOT / "ensemble", "keys", tmp_path / "keys"], text=True, capture_output=True, check=True).stdout
    assert zmq.curve_public(text("orchestrator.key")) == text("orchestrator.pub")
    assert zmq.curve_public(text("others.key")) == text("known/others.pub")
    assert text("others.key") != text("orchestrator.key") and (tmp_path / "keys/others.key").stat().st_mode & 0o77 == 0
    assert all(name in made for name in ("BUS_SECRET_KEY_FILE", "BUS_KNOWN_KEYS", "BUS_SERVER_KEY"))
    again = subprocess.run([ROOT / "ensemble", "keys", tmp_path / "keys"], text=True, capture_output=True)
    assert again.returncode == 1 and "has keys already" in again.stderr


def test_every_link_of_the_documents_leads_to_a_file():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_calls_that_are_never_to_be_made_are_not_made():
    """Each has cost somebody a process: see docs/operating.md and the reasons beside the guards."""
    never = ["ZMQ_HEARTBEAT_IVL", "lws_rx_flow_control", "CURLOPT_PIPEWAIT", "fd_limit_per_thread", "ALLOW_NUL_TERMINATED"]
    sources = subprocess.run(["git", "ls-files", "*.c", "*.h"], cwd=ROOT, text=True, capture_output=True).stdout.split()
    for source in sources:
        if source.startswith("tests/"):
            continue
        text = (ROOT / source).read_text()
        for call in never:
            uses = [line for line in text.split("\n") if re.search(rf"\b{call}\b\s*[,(=]", line) and not line.lstrip().startswith(("*", "/*"))]
            assert not uses, f"{source}: {uses}"


def test_no_host_of_a_package_registry_is_named():
    hosts = ["npmjs" + ".org", "pypi" + ".org", "debian" + ".org", "crates" + ".io", "proxy.golang" + ".org", "maven" + ".org"]
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True).stdout.split("\n")
    for name in filter(None, files):
        data = (ROOT / name).read_bytes()
        for host in hosts:
            assert host.encode() not in data, f"{name} names {host}"
