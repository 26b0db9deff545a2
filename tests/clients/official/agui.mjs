/* AG-UI's HttpAgent, which verifies the order of events itself.
 *
 *   agui.mjs {"url", "threadId", "questions": [...]} */
import { HttpAgent } from "@ag-ui/client";

const asked = JSON.parse(process.argv[2]);
const report = { errors: [], events: [], results: [] };
const agent = new HttpAgent({ url: asked.url, threadId: asked.threadId });

for (const question of asked.questions) {
  agent.addMessage({ id: crypto.randomUUID(), role: "user", content: question });
  try {
    const { result } = await agent.runAgent({}, {
      onEvent: ({ event }) => { report.events.push(event.type); },
      onRunErrorEvent: ({ event }) => { report.errors.push(event.code ?? event.message); },
    });
    report.results.push(result ?? null);
  } catch (error) {
    report.errors.push(String(error.message ?? error));
  }
}
report.messages = agent.messages;
report.state = agent.state;
process.stdout.write(JSON.stringify(report) + "\n", () => process.exit(0));
