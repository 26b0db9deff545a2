/* AG-UI messages, as GET /threads/<id> gives them -> turns.  No I/O. */

/**
 * The turns of a conversation: each user message begins one.  Tool messages
 * are joined to their calls, wherever they stand.
 */
export function turnsFromMessages(messages) {
  const turns = [];
  let group = null;
  for (const message of messages) {
    if (message.role === "user") {
      group = [];
      turns.push({ question: textOf(message), id: message.id, group });
    }
    group?.push(message);
  }
  return turns.map(({ question, id, group: own }) => ({
    runId: "past-" + id, question, refinement: isRefinement(question), status: "done",
    agents: [], withdrawn: {}, degraded: [], outcome: null, error: null,
    ...(own.some(({ aborted }) => aborted) && { status: "stopped" }), ...answerOf(own) }));
}

/**
 * Past turns with what messages do not tell: how each ended, and its look.
 * `ends` are in order and name their question; a turn may be missing from
 * either side.
 */
export function withEnds(turns, ends) {
  let from = 0;
  return turns.map((turn) => {
    const place = ends.findIndex(({ question }, n) => n >= from && question === turn.question);
    if (place < 0) return turn;
    from = place + 1;
    return { ...turn, ...ends[place] };
  });
}

/** The blocks and calls that answer the last user message of `messages`. */
export function turnFromMessages(messages) {
  const start = messages.findLastIndex(({ role }) => role === "user");
  return answerOf(messages.slice(start + 1));
}

/** Did the page itself write this question, for a chip that was taken out? */
export function isRefinement(question) {
  return /^(Without|Show the .* without): /.test(question);
}

function answerOf(messages) {
  const results = new Map(messages.filter(({ role }) => role === "tool")
    .map(({ toolCallId, content }) => [toolCallId, resultOf(content)]));
  const blocks = [];
  const calls = [];
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    const text = textOf(message);
    if (text !== "") blocks.push({ id: message.id, text, open: false });
    for (const call of message.toolCalls ?? [])
      calls.push(callOf(call, text === "" ? null : message.id, results));
  }
  return { blocks, calls };
}

function callOf({ id, function: called }, parent, results) {
  const result = results.get(id) ?? { outcome: "unavailable" };
  return { id, parent: result.early ? null : parent, args: called?.arguments ?? "",
    wish: resultOf(called?.arguments ?? "{}"), result, chosen: null };
}

/* A message's words: its content is a text, or parts of which some are. */
function textOf({ content }) {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.filter(({ type }) => type === "text").map(({ text }) => text).join("\n");
}

function resultOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return { outcome: "unavailable" };
  }
}
