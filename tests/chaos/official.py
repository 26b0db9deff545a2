"""TanStack's official client as one of the shoppers: a program of node, whose every frame is read here and
becomes transcripts."""
import json
import pathlib
import shutil
import subprocess
import threading
import time

from daemons import TOP
from shoppers import FOLLOW_UPS, QUESTIONS

HERE = pathlib.Path(__file__).parent
CLIENTS = TOP / "tests/clients/official"


def install():
    """The folder with the pinned clients in it (that of tests/clients), or why there is none."""
    folder = TOP / "build" / "official-clients"
    if not (shutil.which("node") and shutil.which("npm")):
        return None, "node and npm are not installed"
    folder.mkdir(parents=True, exist_ok=True)
    wanted, stamp = (CLIENTS / "package.json").read_text(), folder / "node_modules" / ".of"
    shutil.copy(CLIENTS / "package.json", folder)
    shutil.copy(HERE / "tanstack.mjs", folder / "chaos-tanstack.mjs")
    if not (stamp.exists() and stamp.read_text() == wanted):
        done = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=folder,
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None, "npm could not install the clients: " + done.stderr[-300:]
        stamp.write_text(wanted)
    return folder, None


class OfficialShopper(threading.Thread):
    """Asks until the book closes. `name`, `broken` and join() as those of a Shopper."""

    def __init__(self, book, folder):
        super().__init__(name="tanstack", daemon=True)
        self.book = book
        self.broken = None
        self.legs, self.current = {}, None
        asked = {"urls": book.gateways, "questions": QUESTIONS, "followUps": FOLLOW_UPS}
        self.node = subprocess.Popen(["node", "chaos-tanstack.mjs", json.dumps(asked)], cwd=folder, text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self):
        threading.Thread(target=self.close_with_the_book, daemon=True).start()
        for line in self.node.stdout:
            said = json.loads(line)
            if "asked" in said:
                self.begins(said)
            elif "done" in said:
                self.ends(said)
            elif "chunk" in said:
                self.legs[said["leg"]]["events"].append([said["id"], said["chunk"]])
            elif "closed" in said:
                self.legs[said["leg"]]["end"] = f"closed {said['closed']}"
            else:
                self.connects(said)
        if self.node.wait() != 0:
            self.broken = f"node ended with {self.node.returncode}"

    def close_with_the_book(self):
        self.book.closing.wait()
        self.node.stdin.close()

    def connects(self, said):
        leg = {"gateway": said["leg"], "offset": said["offset"], "events": [], "end": ""}
        self.legs[said["leg"]] = leg
        if self.current is not None and said["offset"] is not None:
            self.current["legs"].append(leg)

    def begins(self, said):
        """A question; on a socket that may have served others before."""
        self.current = self.book.new("tanstack", said["asked"], said["thread"], "ask")
        self.legs[said["leg"]] = {"gateway": said["leg"], "offset": None, "events": [], "end": ""}
        self.current["legs"].append(self.legs[said["leg"]])

    def ends(self, said):
        """The client's own call has returned: with the run's end, or because nothing was accepted."""
        transcript, self.current = self.current, None
        if transcript is None:
            return
        transcript["ended"] = time.monotonic()
        seen = [event for leg in transcript["legs"] for number, event in leg["events"] if number.isdigit()]
        transcript["shown"], transcript["errors"] = said["shown"], said["errors"]
        if seen and seen[-1]["type"] in ("RUN_FINISHED", "RUN_ERROR"):
            transcript["verdict"] = "ended"
        elif not seen:
            transcript["verdict"] = "refused"
