/* Vercel's AI SDK: its chat and its default transport, with the state that React would hold.
 *
 *   aisdk.mjs {"url", "id", "questions": [...], "resume": true} */
import { AbstractChat, DefaultChatTransport } from "ai";

const asked = JSON.parse(process.argv[2]);
const report = { errors: [], data: [] };

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = (message) => { this.messages = [...this.messages, message]; };
  popMessage = () => { this.messages = this.messages.slice(0, -1); };
  replaceMessage = (index, message) => {
    this.messages = [...this.messages.slice(0, index), message, ...this.messages.slice(index + 1)];
  };
  snapshot = (value) => structuredClone(value);
}

class Chat extends AbstractChat {
  constructor(init) {
    super({ ...init, state: new State() });
  }
}

const chat = new Chat({
  id: asked.id,
  transport: new DefaultChatTransport({ api: asked.url }),
  onError: (error) => report.errors.push(String(error.message)),
  onData: (part) => report.data.push(part.type),
});

if (asked.resume) await chat.resumeStream();
for (const question of asked.questions ?? []) await chat.sendMessage({ text: question });
report.status = chat.status;
report.messages = chat.messages;
process.stdout.write(JSON.stringify(report) + "\n", () => process.exit(0));
