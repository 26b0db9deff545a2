/* TanStack's ChatClient over its own WebSocket adapter.
 *
 *   tanstack.mjs {"url", "threadId", "questions": [...], "cutAfter": [frames…], "stopAfter": frames, "join": runId}
 *
 * Prints one JSON object: what the client holds at the end, and what went over its sockets. */
import { ChatClient, webSocket } from "@tanstack/ai-client";
import WebSocket from "ws";

const asked = JSON.parse(process.argv[2]);
const report = { opened: [], closed: [], sent: [], customs: [], errors: [], ids: [], repeats: 0 };
const cuts = [...(asked.cutAfter ?? [])];
const seen = new Set();
let client;

/* Node's older versions have no WebSocket; this one is the browser's, and keeps a record. */
class Recorder extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    report.opened.push(String(url));
    let frames = 0;
    const cut = cuts.length > 0 ? cuts.shift() : 0;
    this.on("message", (data) => {
      frames += 1;
      const frame = JSON.parse(String(data));
      if (frame.id !== undefined) {
        report.ids.push(frame.id);
        if (seen.has(frame.id)) report.repeats += 1;
        seen.add(frame.id);
      }
      if (frames === cut) this.terminate();
      if (frames === asked.stopAfter) client.stop();
    });
    this.on("close", (code) => report.closed.push(code));
  }

  send(data) {
    report.sent.push(data.length > 300 ? { size: data.length } : { size: data.length, text: data });
    super.send(data);
  }
}

const connection = webSocket(asked.url, { WebSocketImpl: Recorder });
client = new ChatClient({
  connection,
  threadId: asked.threadId,
  forwardedProps: asked.forwardedProps,
  onCustomEvent: (name, value) => report.customs.push({ name, value }),
  onError: (error) => report.errors.push(String(error.message ?? error)),
});

if (asked.join) {
  report.joined = [];
  try {
    for await (const chunk of connection.joinRun(asked.join)) report.joined.push(chunk.type);
  } catch (error) {
    report.errors.push(String(error.cause?.message ?? error.message));
  }
}
report.answers = [];
for (const question of asked.questions ?? []) {
  seen.clear();
  await client.sendMessage(question);
  const last = client.getMessages().filter((m) => m.role === "assistant");
  report.answers.push(last.length);
}
report.messages = client.getMessages();
process.stdout.write(JSON.stringify(report) + "\n", () => process.exit(0));
