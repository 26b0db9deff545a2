/* TanStack's official client, unchanged, among the shoppers of chaos.py.
 *
 *   tanstack.mjs {"urls": [...], "questions": [...], "followUps": [...]}
 *
 * It asks until its standard input ends, and writes a JSON object on a line for each thing that it does and
 * each frame that it gets; at a run's end what the client shows of the answer. Every connection goes to the
 * next gateway. */
import { ChatClient, webSocket } from "@tanstack/ai-client";
import WebSocket from "ws";

const asked = JSON.parse(process.argv[2]);
const PATIENCE_MS = 90000;
let legs = 0;
let stopping = false;
process.stdin.on("end", () => (stopping = true)).resume();

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

class Recorder extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    const leg = ++legs;
    const query = new URL(url).searchParams;
    say({ leg, run: query.get("runId"), offset: query.get("offset") });
    this.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.id !== undefined) say({ leg, id: frame.id, chunk: frame.chunk });
    });
    this.on("close", (code) => say({ leg, closed: code }));
    this.on("error", () => {});
    this.leg = leg;
  }

  send(data) {
    const frame = JSON.parse(data);
    if (frame.runId && frame.messages) say({ leg: this.leg, asked: frame.runId, thread: frame.threadId });
    super.send(data);
  }
}

/* The texts below the last question. */
function shown(client) {
  const messages = client.getMessages();
  const last = messages.map((m) => m.role).lastIndexOf("user");
  return messages.slice(last + 1).flatMap((m) => m.parts.filter((p) => p.type === "text").map((p) => p.content));
}

const any = (list) => list[Math.floor(Math.random() * list.length)];
const url = () => asked.urls[legs % asked.urls.length];

while (!stopping) {
  const errors = [];
  const client = new ChatClient({
    connection: webSocket(url, { WebSocketImpl: Recorder, reconnect: { maxAttempts: 1000, delayMs: 100 } }),
    threadId: "official-" + crypto.randomUUID(),
    onError: (error) => errors.push(String(error.message ?? error)),
  });
  for (let turn = 0; turn < 3 && !stopping && errors.length === 0; turn++) {
    const timer = setTimeout(() => client.stop(), PATIENCE_MS);
    try {
      await client.sendMessage(turn === 0 ? any(asked.questions) : any(asked.followUps));
    } catch (error) {
      errors.push(String(error.message ?? error));
    }
    clearTimeout(timer);
    say({ done: true, errors, shown: shown(client) });
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
process.exit(0);
