/* What the page knows, and how events change it.  Pure functions: nothing
 * here touches the screen or the network, so the tests drive it as it is.
 *
 *   state
 *     threadId     the conversation, or null before the first question
 *     turns        one for each question, oldest first (see newTurn)
 *     criteria     as understood by the server: key -> {label, ...}
 *     removed      keys that the shopper has taken out, to go with the next question
 *     profile      what the psychologist said about the shopper
 *     model        {model, understudy} once a run has said so
 *     connection   "idle", "open" or "lost"
 */
import { applyPatch } from "./patch.js";
import { turnFromMessages } from "./history.js";

/** The state of a page on which nothing has been asked yet. */
export function initialState() {
  return { threadId: null, turns: [], criteria: {}, removed: [], profile: {},
    model: null, connection: "idle" };
}

/**
 * A turn: one question and all that answers it.
 *   status   waiting -> running -> done, stopped or failed (stopping on the way)
 *   blocks   paragraphs {id, text, open}
 *   calls    find_product calls {id, parent, wish, args, result, chosen}, in order
 *   agents   {id, name, status: working|done|failed}
 */
export function newTurn({ runId, question, refinement = false }) {
  return { runId, question, refinement, status: "waiting", blocks: [], calls: [],
    agents: [], withdrawn: {}, degraded: [], outcome: null, error: null };
}

/** Actions of the page itself, name -> (state, action) -> state. */
const actions = {
  asked(state, { threadId, runId, question, refinement, removed = [] }) {
    const criteria = Object.fromEntries(Object.entries(state.criteria)
      .filter(([key]) => !removed.includes(key)));
    return { ...state, threadId, criteria, removed: [],
      turns: [...state.turns, newTurn({ runId, question, refinement })] };
  },
  restored(state, { threadId, turns, criteria = {}, profile = {} }) {
    return { ...state, threadId, turns, criteria, profile };
  },
  cleared() {
    return initialState();
  },
  chipToggled(state, { key }) {
    const removed = state.removed.includes(key)
      ? state.removed.filter((other) => other !== key)
      : [...state.removed, key];
    return { ...state, removed };
  },
  connection(state, { status }) {
    return status === state.connection ? state : { ...state, connection: status };
  },
  stopping(state, { runId }) {
    return changeTurn(state, runId, (turn) => (
      isLive(turn) ? { ...turn, status: "stopping" } : turn));
  },
  stopped(state, { runId }) {
    return changeTurn(state, runId, (turn) => (
      isLive(turn) ? closeTurn(turn, "stopped") : turn));
  },
  turnDropped(state, { runId }) {
    return { ...state, turns: state.turns.filter((turn) => turn.runId !== runId) };
  },
  event(state, { runId, event }) {
    const handler = events[event.type];
    return handler ? handler(state, runId, event) : state;
  },
};

/** The state after `action`, which names its kind in `type`. */
export function reduce(state, action) {
  return actions[action.type](state, action);
}

/** Is an answer to this turn still expected? */
export function isLive(turn) {
  return turn !== undefined && ["waiting", "running", "stopping"].includes(turn.status);
}

/** The turn that is being answered, or undefined. */
export function liveTurn(state) {
  return state.turns.find(isLive);
}

/** The first finds' calls: those that stand under no paragraph. */
export function earlyCalls(turn) {
  return turn.calls.filter((call) => !call.parent);
}

/** The calls that belong to the paragraph `blockId`. */
export function callsOf(turn, blockId) {
  return turn.calls.filter((call) => call.parent === blockId);
}

/* AG-UI events, type -> (state, runId, event) -> state. */
const events = {
  RUN_STARTED: inTurn((turn) => (
    turn.status === "waiting" ? { ...turn, status: "running" } : turn)),
  RUN_FINISHED: inTurn((turn, event) => {
    const stopped = turn.status === "stopping" || event.outcome?.type === "cancelled";
    return { ...closeTurn(turn, stopped ? "stopped" : "done"),
      outcome: event.result ?? turn.outcome };
  }),
  RUN_ERROR: inTurn((turn, event) => {
    if (turn.status === "stopping" || event.code === "aborted")
      return closeTurn(turn, "stopped");
    return { ...closeTurn(turn, "failed"),
      error: { code: event.code ?? "", message: event.message ?? "" } };
  }),

  SUBAGENT_STARTED: inTurn((turn, { subagentRunId, name }) => ({ ...turn,
    agents: [...turn.agents, { id: subagentRunId, name, status: "working" }] })),
  SUBAGENT_FINISHED: inTurn((turn, event) => agentIs(turn, event, "done")),
  SUBAGENT_ERROR: inTurn((turn, event) => agentIs(turn, event, "failed")),

  TEXT_MESSAGE_START: inTurn((turn, { messageId }) => ({ ...turn,
    blocks: [...turn.blocks, { id: messageId, text: "", open: true }] })),
  TEXT_MESSAGE_CONTENT: inTurn((turn, { messageId, delta }) => (
    changeIn(turn, "blocks", messageId, (block) => ({ ...block, text: block.text + delta })))),
  TEXT_MESSAGE_END: inTurn((turn, { messageId }) => (
    changeIn(turn, "blocks", messageId, (block) => ({ ...block, open: false })))),

  TOOL_CALL_START: inTurn((turn, { toolCallId, parentMessageId }) => ({ ...turn,
    calls: [...turn.calls, { id: toolCallId, parent: parentMessageId ?? null,
      args: "", wish: {}, result: null, chosen: null }] })),
  TOOL_CALL_ARGS: inTurn((turn, { toolCallId, delta }) => (
    changeIn(turn, "calls", toolCallId, (call) => ({ ...call, args: call.args + delta })))),
  TOOL_CALL_END: inTurn((turn, { toolCallId }) => (
    changeIn(turn, "calls", toolCallId, (call) => ({ ...call, wish: parsed(call.args) ?? {} })))),
  TOOL_CALL_RESULT: inTurn((turn, { toolCallId, content }) => (
    changeIn(turn, "calls", toolCallId, (call) => ({ ...call,
      result: parsed(content) ?? { outcome: "unavailable" } })))),

  STATE_SNAPSHOT(state, runId, { snapshot }) {
    const { criteria = {}, profile = {} } = snapshot ?? {};
    return { ...state, criteria, profile };
  },
  STATE_DELTA(state, runId, { delta }) {
    const { criteria, profile } = state;
    const after = applyPatch({ criteria, profile, look: {} }, delta);
    return { ...state, criteria: after.criteria ?? {}, profile: after.profile ?? {} };
  },
  MESSAGES_SNAPSHOT: inTurn((turn, { messages }) => afterSnapshot(turn, messages)),
  CUSTOM(state, runId, { name, value }) {
    return customs[name] ? customs[name](state, runId, value) : state;
  },
};

/* CUSTOM events, name -> (state, runId, value) -> state. */
const customs = {
  criteria: (state, runId, value) => ({ ...state, criteria: value ?? {} }),
  profile: (state, runId, value) => ({ ...state, profile: value ?? {} }),
  model(state, runId, { model, understudy }) {
    return { ...state, model: { model, understudy: understudy === true } };
  },
  chosen: inTurn((turn, { toolCallId, order = [], why = "" }) => (
    changeIn(turn, "calls", toolCallId, (call) => ({ ...call, chosen: { order, why } })))),
  withdrawn: inTurn((turn, { productIds = [], reason = "" }) => ({ ...turn,
    withdrawn: { ...turn.withdrawn,
      ...Object.fromEntries(productIds.map((id) => [id, reason])) } })),
  degraded: inTurn((turn, { what, reason }) => ({ ...turn,
    degraded: [...turn.degraded, { what, reason }] })),
};

/**
 * A result's products in the order to show them: the wardrobe's choice first
 * where there is one.  It names product ids, or counts from 1.
 */
export function orderedProducts(call) {
  const products = call.result?.products ?? [];
  const named = (call.chosen?.order ?? []).map((key) => (
    typeof key === "number" ? products[key - 1] : products.find(({ id }) => id === key)))
    .filter(Boolean);
  return [...new Set([...named, ...products])];
}

/**
 * `calls` as shelves: those that ask for the same are one.  Once a criterion
 * rules cards out, a second call brings what takes their place; all first
 * finds belong together anyway.
 */
export function shelfCalls(calls, withdrawn) {
  const groups = grouped(calls, ({ id, parent, args }) => (parent ? args || id : "early"));
  return [...groups.values()].map((group) => (
    group.length === 1 ? group[0] : joinedCall(group, withdrawn)));
}

function grouped(items, keyOf) {          /* Map.groupBy, which node 20 lacks */
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/* Several calls as one, each product once and as it came last (a later
 * criterion may want it in another colour), the withdrawn ones last. */
function joinedCall(calls, withdrawn) {
  const answered = calls.filter(({ result }) => result !== null);
  const all = new Map();
  for (const item of answered.flatMap(orderedProducts)) all.set(item.id, item);
  const once = [...all.values()];
  const isGone = ({ id }) => Object.hasOwn(withdrawn, id);
  const products = [...once.filter((item) => !isGone(item)), ...once.filter(isGone)];
  const result = answered.length === 0 ? null : { ...answered.at(-1).result, products };
  return { ...calls[0], result, joined: calls.map(({ id }) => id) };
}

/* After a restart the server sends the conversation without the half-written
 * part.  What it still names is kept with its cards; the rest goes. */
function afterSnapshot(turn, messages) {
  const kept = turnFromMessages(messages);
  const known = new Map(turn.calls.map((call) => [call.id, call]));
  return { ...turn, blocks: kept.blocks,
    calls: kept.calls.map((call) => known.get(call.id) ?? call) };
}

function inTurn(change) {
  return (state, runId, event) => changeTurn(state, runId, (turn) => change(turn, event));
}

function changeTurn(state, runId, change) {
  return { ...state, turns: state.turns.map((turn) => (
    turn.runId === runId ? change(turn) : turn)) };
}

function changeIn(turn, list, id, change) {
  return { ...turn, [list]: turn[list].map((item) => (item.id === id ? change(item) : item)) };
}

function agentIs(turn, { subagentRunId }, status) {
  return changeIn(turn, "agents", subagentRunId, (agent) => ({ ...agent, status }));
}

/* Nothing stays open in a turn that has ended, whatever was missing. */
function closeTurn(turn, status) {
  return { ...turn, status,
    blocks: turn.blocks.map((block) => (block.open ? { ...block, open: false } : block)),
    calls: turn.calls.filter((call) => call.result !== null),
    agents: turn.agents.map((agent) => (
      agent.status === "working" ? { ...agent, status: "done" } : agent)) };
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}
