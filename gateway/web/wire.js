/* The WebSocket to the gateway: one run at a time, and none of it lost.
 *
 *   ask -> queue -> socket ?runId=…        first frame: the RunAgentInput
 *   cut after the first event -> ?runId=…&offset=<last id seen>   read-only replay, then the tail
 *   cut before it -> the same frame again: the same runId is the same run
 *
 * A socket that began a run is kept for the next; one that resumed is not. */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;

/** The wait before reconnect number `attempt` (from 0), with jitter so that a
 *  gateway's restart is not met by all of its shoppers at once. */
export function backoffMs(attempt, random = Math.random) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.round(full * (0.5 + random() / 2));
}

/** The address to open: begin a run, or resume it after `offset`. */
export function socketUrl(base, runId, offset) {
  const url = new URL(base);
  url.searchParams.set("runId", runId);
  if (offset !== undefined) url.searchParams.set("offset", offset);
  return url.href;
}

/** A frame from the server: {id, event}, or null for a ping and for anything
 *  that is not understood. */
export function parseFrame(text) {
  try {
    const frame = JSON.parse(text);
    const event = frame?.chunk;
    return typeof event?.type === "string" ? { id: String(frame.id ?? ""), event } : null;
  } catch {
    return null;
  }
}

/** Is this event the last of its run? */
export function isEnd(event) {
  return event.type === "RUN_FINISHED" || event.type === "RUN_ERROR";
}

/**
 * Has the run already brought this id?  Notes it if not.  An empty id resets
 * the memory, as the official client does.
 */
export function isRepeat(run, id) {
  if (id === "") {
    run.seen.clear();
    return false;
  }
  if (run.seen.has(id)) return true;
  run.seen.add(id);
  run.lastId = id;
  return false;
}

/** The frame that asks `question`.  Only the newest message goes: the store
 *  of the server is the truth about the others. */
export function runInput({ threadId, runId, question, patch = [] }) {
  return { threadId, runId, protocolVersion: "1.0", state: {}, tools: [], context: [],
    messages: [{ id: "u-" + runId, role: "user", content: question }],
    forwardedProps: patch.length > 0 ? { criteria: patch } : {} };
}

export class Wire {
  /**
   * url           ws:// or wss:// address of /ws
   * onEvent       (runId, event): each event once, in order
   * onConnection  ("idle" | "open" | "lost")
   * The rest is for tests: what stands in for the browser.
   */
  constructor({ url, onEvent, onConnection, WebSocket = globalThis.WebSocket,
    fetch = globalThis.fetch?.bind(globalThis), setTimeout = globalThis.setTimeout.bind(globalThis),
    clearTimeout = globalThis.clearTimeout.bind(globalThis), random = Math.random }) {
    Object.assign(this, { url, onEvent, onConnection, WebSocket, fetch, setTimeout,
      clearTimeout, random });
    this.queue = [];
    this.run = null;
    this.socket = null;
    this.socketIsReplay = false;
    this.timer = null;
    this.attempt = 0;
  }

  /** Send a question, now or when those before it have ended. */
  ask(input) {
    this.queue.push({ runId: input.runId, input, accepted: false, lastId: "-1", seen: new Set() });
    this.#next();
  }

  /** Take up a run that began elsewhere (before a reload), from its beginning. */
  follow(runId) {
    this.queue.push({ runId, input: null, accepted: true, lastId: "-1", seen: new Set() });
    this.#next();
  }

  /**
   * Stop a run.  Returns false if it had not been sent, so that no end will
   * come for it.
   */
  abort(runId) {
    const waiting = this.queue.findIndex((run) => run.runId === runId);
    if (waiting >= 0) {
      this.queue.splice(waiting, 1);
      return false;
    }
    if (this.run?.runId !== runId) return false;
    if (this.#isOpen() && !this.socketIsReplay)
      this.socket.send(JSON.stringify({ type: "abort", runId }));
    else                          /* a socket that resumed carries no frames */
      this.fetch(`runs/${encodeURIComponent(runId)}/abort`, { method: "POST" }).catch(() => {});
    return true;
  }

  /** Wait no longer for a run's end; its socket goes too, with what is on it. */
  leave(runId) {
    if (this.run?.runId !== runId) return;
    this.run = null;
    this.#drop();
    this.#next();
  }

  /** Forget everything that is under way. */
  reset() {
    this.queue = [];
    this.run = null;
    this.#drop();
    this.onConnection("idle");
  }

  /** Try again at once (the browser says that it is online). */
  retryNow() {
    if (this.run && this.socket === null) this.#connect();
  }

  #next() {
    if (this.run !== null || this.queue.length === 0) return;
    this.run = this.queue.shift();
    this.attempt = 0;
    if (this.#isOpen() && !this.socketIsReplay && this.run.input)
      this.socket.send(JSON.stringify(this.run.input));
    else
      this.#connect();
  }

  #isOpen() {
    return this.socket !== null && this.socket.readyState === 1;
  }

  #connect() {
    this.#drop();
    const run = this.run;
    const replay = run.accepted;
    const socket = new this.WebSocket(
      socketUrl(this.url, run.runId, replay ? run.lastId : undefined));
    this.socket = socket;
    this.socketIsReplay = replay;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.onConnection("open");
      if (!replay) socket.send(JSON.stringify(run.input));
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.#take(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket === this.socket) this.#closed(code, reason);
    };
  }

  #take(data) {
    const frame = typeof data === "string" ? parseFrame(data) : null;
    const run = this.run;
    if (frame === null || run === null || isRepeat(run, frame.id)) return;
    run.accepted = true;
    this.attempt = 0;
    if (isEnd(frame.event)) this.run = null;
    this.onEvent(run.runId, frame.event);
    if (this.run === null) this.#next();
  }

  #closed(code, reason) {
    this.socket = null;
    if (this.run === null) return this.onConnection("idle");
    if (code === 1008) return this.#refused(reason);
    this.onConnection("lost");
    this.timer = this.setTimeout(() => this.#connect(), backoffMs(this.attempt, this.random));
    this.attempt += 1;
  }

  /* 1008: nothing to resume, or not let in.  Trying again would not help. */
  #refused(reason) {
    const run = this.run;
    this.run = null;
    this.onConnection("idle");
    this.onEvent(run.runId, { type: "RUN_ERROR", message: reason || "",
      code: run.accepted ? "run_unknown" : "refused" });
    this.#next();
  }

  #drop() {
    const socket = this.socket;
    this.clearTimeout(this.timer);
    this.socket = null;
    if (socket !== null) socket.close();
  }
}
