"""Clients that do what people do: ask, ask again, stop, lose their connection in the middle, come back by
the other gateway, look from a second tab. What each of them saw is written down for the judge."""
import random
import threading
import time
import uuid

import requests
import websocket

from client import Client, Closed

QUESTIONS = [
    "I need an outfit for a beach wedding in July, under 200 dollars, I'm an M",
    "Something warm for a walk in the snow, no wool",
    "A black dress for a gallery opening",
    "White linen shirt and sand chinos for a man, size L",
    "Smart shoes for the office, EU 42",
    "What do I wear to a job interview at a bank?",
    "A bag and a hat for a picnic",
    "Gym clothes, mostly grey",
]
FOLLOW_UPS = ["cheaper", "in black", "not the second one", "and shoes to go with it?", "something less formal"]

SILENCE_S = 4  # without even a ping, and a client takes its gateway for dead
PATIENCE_S = 100  # for a run; longer than --run-ms
AGAIN = ("unavailable", "draining", "store", "unknown_run")  # refusals after which asking again is right


class Book:
    """The transcripts of all clients, and whether they are to begin anything new."""

    def __init__(self, gateways):
        self.gateways = gateways  # their ws:// URLs
        self.transcripts = []
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def new(self, client, run, thread, how):
        transcript = {"client": client, "run": run, "thread": thread, "how": how, "began": time.monotonic(),
                      "ended": None, "aborted": False, "verdict": "gave up", "legs": []}
        with self.lock:
            self.transcripts.append(transcript)
        return transcript

    def http(self, gateway):
        return self.gateways[gateway].replace("ws://", "http://").removesuffix("/ws")


class Follower:
    """One client on one run, through as many connections as it takes."""

    def __init__(self, book, transcript, dice, said=None, drop=0.0, stop_after=None):
        self.book, self.transcript, self.dice, self.said = book, transcript, dice, said
        self.drop, self.stop_after = drop, stop_after
        self.gateway = dice.randrange(len(book.gateways))
        self.last = None
        self.count = 0

    def follow(self):
        """Until the run's end, or until patience ends. The verdict."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            leg = {"gateway": self.gateway, "offset": self.last, "events": [], "end": ""}
            self.transcript["legs"].append(leg)
            if self.one_connection(leg):
                break
            self.gateway = (self.gateway + 1) % len(self.book.gateways)
            time.sleep(0.02)
        self.transcript["ended"] = time.monotonic()
        return self.transcript["verdict"]

    def connect(self):
        url, run = self.book.gateways[self.gateway], self.transcript["run"]
        if self.last is None and self.said is not None:
            client = Client(url, run_id=run, timeout=SILENCE_S, check=False)
            client.begin(self.said, thread=self.transcript["thread"], run_id=run)
            return client
        return Client(url, run_id=run, offset=-1 if self.last is None else self.last, timeout=SILENCE_S, check=False)

    def one_connection(self, leg):
        """True when there is no more to be had."""
        client = None
        try:
            client = self.connect()
            return self.read(client, leg)
        except Closed as closed:
            leg["end"] = f"closed {closed.code}"
        except (OSError, websocket.WebSocketException) as e:
            leg["end"] = f"{type(e).__name__}"
        finally:
            if client is not None:
                client.ws.shutdown()
        return False

    def read(self, client, leg):
        while True:
            number, event = client.event()
            leg["events"].append([number, event])
            self.count += 1
            if number.isdigit():
                self.last = number
            if event["type"] in ("RUN_FINISHED", "RUN_ERROR"):
                return self.at_the_end(number, event, leg)
            if self.count == self.stop_after:
                self.stop(client)
            elif self.dice.random() < self.drop:
                leg["end"] = "dropped"
                return False

    def at_the_end(self, number, event, leg):
        leg["end"] = event["type"]
        if number.isdigit():
            self.transcript["verdict"] = "ended"
            return True
        leg["end"] = event["code"]
        if event["code"] in AGAIN or self.last is not None:
            time.sleep(0.1)
            return False
        self.transcript["verdict"] = "refused"
        return True

    def stop(self, client):
        self.transcript["aborted"] = True
        if self.dice.random() < 0.5:
            client.abort(self.transcript["run"])
            return
        try:
            requests.post(f"{self.book.http(self.gateway)}/runs/{self.transcript['run']}/abort", timeout=SILENCE_S)
        except requests.RequestException:
            pass  # the gateway has just died; then the run goes on


class Shopper(threading.Thread):
    """Conversations, one after another, until the book closes."""

    def __init__(self, book, number, seed=None):
        super().__init__(name=f"shopper-{number}", daemon=True)
        self.book = book
        self.dice = random.Random(seed)
        self.tabs = []
        self.broken = None

    def run(self):
        try:
            while not self.book.closing.is_set():
                self.conversation()
            for tab in self.tabs:
                tab.join()
        except Exception as e:  # a mistake of this program must not look like a quiet shopper
            self.broken = e
            raise

    def conversation(self):
        thread = "thread-" + uuid.uuid4().hex[:12]
        said = self.dice.choice(QUESTIONS)
        for _ in range(self.dice.randint(1, 4)):
            self.ask(thread, said)
            if self.book.closing.is_set():
                return
            said = self.dice.choice(FOLLOW_UPS)
            time.sleep(self.dice.uniform(0, 0.3))

    def ask(self, thread, said):
        run = "run-" + uuid.uuid4().hex[:12]
        if self.dice.random() < 0.25:
            self.second_tab(run, thread)
        stop_after = self.dice.randint(1, 40) if self.dice.random() < 0.12 else None
        drop = self.dice.choice((0, 0, 0.02, 0.1))
        Follower(self.book, self.book.new(self.name, run, thread, "ask"), self.dice, said, drop, stop_after).follow()

    def second_tab(self, run, thread):
        """Somebody else looks on from the beginning, having come a little later."""
        dice = random.Random(self.dice.random())

        def look():
            time.sleep(dice.uniform(0, 1))
            while not any(t["run"] == run and any(leg["events"] for leg in t["legs"]) for t in self.book.transcripts):
                if self.book.closing.is_set():
                    return
                time.sleep(0.05)
            if any(t["run"] == run and t["verdict"] == "refused" for t in self.book.transcripts):
                return
            Follower(self.book, self.book.new(self.name, run, thread, "join"), dice, drop=0.02).follow()

        self.tabs.append(threading.Thread(target=look, daemon=True))
        self.tabs[-1].start()


def tell_histories(book):
    """What the gateways say of every thread, into the book."""
    for i, thread in enumerate(sorted({t["thread"] for t in book.transcripts})):
        answer = requests.get(f"{book.http(i % len(book.gateways))}/threads/{thread}", timeout=10)
        if answer.status_code == 200:
            book.transcripts.append({"history": thread, "messages": answer.json()["messages"]})


def replay_all(book, seed=0):
    """Every accepted run once more from the beginning, by a client that saw nothing of it."""
    for run, thread in sorted({(t["run"], t["thread"]) for t in book.transcripts if t.get("verdict") == "ended"}):
        Follower(book, book.new("auditor", run, thread, "join"), random.Random(seed)).follow()
