/* The page's socket against a socket that the test holds in its hand. */
import test from "node:test";
import assert from "node:assert/strict";
import { Wire, backoffMs, isRepeat, parseFrame, runInput, socketUrl }
  from "../../../gateway/web/wire.js";

/* A page's surroundings: sockets, timers and fetch, all worked by hand. */
function surroundings() {
  const world = { sockets: [], timers: [], fetched: [], events: [], status: [] };
  class Socket {
    constructor(url) {
      Object.assign(this, { url, sent: [], readyState: 0 });
      world.sockets.push(this);
    }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.readyState = 3; }
    opens() { this.readyState = 1; this.onopen(); }
    says(id, chunk) { this.onmessage({ data: JSON.stringify({ id: String(id), chunk }) }); }
    falls(code = 1006, reason = "") { this.readyState = 3; this.onclose({ code, reason }); }
  }
  world.wire = new Wire({ url: "ws://shop/ws", WebSocket: Socket, random: () => 1,
    onEvent: (runId, event) => world.events.push(`${runId} ${event.type}`),
    onConnection: (status) => world.status.push(status),
    setTimeout: (call) => world.timers.push(call), clearTimeout: () => {},
    fetch: async (url, { method }) => { world.fetched.push(`${method} ${url}`); } });
  world.last = () => world.sockets.at(-1);
  world.ask = (runId) => world.wire.ask(runInput({ threadId: "t", runId, question: "q" }));
  return world;
}

test("the first frame is the run's input, on a socket that names it", () => {
  const world = surroundings();
  world.ask("r1");
  world.last().opens();
  assert.equal(world.last().url, "ws://shop/ws?runId=r1");
  assert.equal(world.last().sent[0].messages[0].content, "q");
});

test("a second question waits for the first one's end and uses its socket", () => {
  const world = surroundings();
  world.ask("r1");
  world.ask("r2");
  world.last().opens();
  assert.equal(world.last().sent.length, 1);
  world.last().says(0, { type: "RUN_STARTED" });
  world.last().says(1, { type: "RUN_FINISHED" });
  assert.equal(world.sockets.length, 1);
  assert.equal(world.last().sent[1].runId, "r2");
  world.last().says(0, { type: "RUN_STARTED" });
  assert.deepEqual(world.events.slice(-1), ["r2 RUN_STARTED"]);
});

test("after a cut it resumes from the last id and drops what it has seen", () => {
  const world = surroundings();
  world.ask("r1");
  world.last().opens();
  world.last().says(0, { type: "RUN_STARTED" });
  world.last().says(7, { type: "CUSTOM" });
  world.last().falls();
  assert.equal(world.status.at(-1), "lost");
  world.timers.shift()();
  assert.equal(world.last().url, "ws://shop/ws?runId=r1&offset=7");
  world.last().opens();
  assert.equal(world.last().sent.length, 0);
  world.last().says(7, { type: "CUSTOM" });
  world.last().says(8, { type: "RUN_FINISHED" });
  assert.deepEqual(world.events, ["r1 RUN_STARTED", "r1 CUSTOM", "r1 RUN_FINISHED"]);
});

test("a question that was never answered is sent again with the same runId", () => {
  const world = surroundings();
  world.ask("r1");
  world.last().falls();
  world.timers.shift()();
  world.last().opens();
  assert.equal(world.last().url, "ws://shop/ws?runId=r1");
  assert.equal(world.last().sent[0].runId, "r1");
});

test("a stop is a frame, and after a resume a request", () => {
  const world = surroundings();
  world.ask("r1");
  world.last().opens();
  assert.equal(world.wire.abort("r1"), true);
  assert.deepEqual(world.last().sent[1], { type: "abort", runId: "r1" });
  world.last().says(0, { type: "RUN_STARTED" });
  world.last().falls();
  world.timers.shift()();
  world.last().opens();
  world.wire.abort("r1");
  assert.deepEqual(world.fetched, ["POST runs/r1/abort"]);
  assert.equal(world.last().sent.length, 0);
});

test("a question that still waits is stopped without a word to the server", () => {
  const world = surroundings();
  world.ask("r1");
  world.ask("r2");
  assert.equal(world.wire.abort("r2"), false);
  assert.equal(world.wire.queue.length, 0);
});

test("1008 ends the run with an error instead of trying for ever", () => {
  const world = surroundings();
  world.wire.follow("r1");
  assert.equal(world.last().url, "ws://shop/ws?runId=r1&offset=-1");
  world.last().falls(1008, "nothing to resume");
  assert.deepEqual(world.events, ["r1 RUN_ERROR"]);
  assert.equal(world.timers.length, 0);
});

test("a socket that falls between runs is not missed until the next", () => {
  const world = surroundings();
  world.ask("r1");
  world.last().opens();
  world.last().says(0, { type: "RUN_FINISHED" });
  world.last().falls(1001);
  assert.equal(world.timers.length, 0);
  world.ask("r2");
  assert.equal(world.sockets.length, 2);
});

test("frames of a run that was left are not heard", () => {
  const world = surroundings();
  world.ask("r1");
  const first = world.last();
  first.opens();
  world.wire.leave("r1");
  first.says(0, { type: "RUN_STARTED" });
  assert.deepEqual(world.events, []);
});

test("pings and nonsense are passed over", () => {
  assert.equal(parseFrame('{"type":"ping"}'), null);
  assert.equal(parseFrame("nonsense"), null);
  assert.equal(parseFrame("null"), null);
  assert.deepEqual(parseFrame('{"id":"4","chunk":{"type":"RAW"}}'),
    { id: "4", event: { type: "RAW" } });
});

test("an empty id resets the memory", () => {
  const run = { seen: new Set(["1"]), lastId: "1" };
  assert.equal(isRepeat(run, "1"), true);
  assert.equal(isRepeat(run, ""), false);
  assert.equal(isRepeat(run, "1"), false);
});

test("waits grow, have a limit, and are never the same for all", () => {
  assert.equal(backoffMs(0, () => 1), 400);
  assert.equal(backoffMs(0, () => 0), 200);
  assert.equal(backoffMs(3, () => 1), 3200);
  assert.equal(backoffMs(99, () => 1), 15_000);
});

test("addresses carry run and offset", () => {
  assert.equal(socketUrl("wss://s/ws?ticket=1", "r 1", "5"), "wss://s/ws?ticket=1&runId=r+1&offset=5");
});

test("only the newest message is sent, and removed criteria as a patch", () => {
  const input = runInput({ threadId: "t", runId: "r", question: "q",
    patch: [{ op: "remove", path: "/size" }] });
  assert.equal(input.messages.length, 1);
  assert.deepEqual(input.forwardedProps.criteria, [{ op: "remove", path: "/size" }]);
});
