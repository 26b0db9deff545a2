/* The page's pure parts, as node runs them:  node --test tests/clients/page/ */
import test from "node:test";
import assert from "node:assert/strict";
import { callsOf, earlyCalls, initialState, isLive, liveTurn, orderedProducts, reduce, shelfCalls }
  from "../../../gateway/web/state.js";
import { applyPatch, removalPatch } from "../../../gateway/web/patch.js";
import { turnsFromMessages, withEnds } from "../../../gateway/web/history.js";
import { announcement, emptyText, wishText } from "../../../gateway/web/words.js";
import { isOnSale, moneyText } from "../../../gateway/web/money.js";
import { parse } from "../../../gateway/web/render/markdown.js";

const asked = (question = "a hat", runId = "r1") => reduce(initialState(),
  { type: "asked", threadId: "t", runId, question });
const after = (state, ...events) => events.reduce((now, event) => (
  reduce(now, { type: "event", runId: "r1", event })), state);
const call = (id, parentMessageId) => ({ type: "TOOL_CALL_START", toolCallId: id,
  toolCallName: "find_product", parentMessageId });
const result = (toolCallId, value) => ({ type: "TOOL_CALL_RESULT", messageId: "x", toolCallId,
  content: JSON.stringify(value) });
const text = (messageId, words) => [{ type: "TEXT_MESSAGE_START", messageId },
  ...words.split(/(?= )/).map((delta) => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta })),
  { type: "TEXT_MESSAGE_END", messageId }];

test("a question waits until its run has started", () => {
  const state = asked();
  assert.equal(state.turns[0].status, "waiting");
  assert.equal(after(state, { type: "RUN_STARTED" }).turns[0].status, "running");
});

test("words are joined in their own paragraph", () => {
  const turn = after(asked(), ...text("m1", "one two"), ...text("m2", "three")).turns[0];
  assert.deepEqual(turn.blocks, [{ id: "m1", text: "one two", open: false },
    { id: "m2", text: "three", open: false }]);
});

test("a call under a paragraph is not a first find", () => {
  const turn = after(asked(), call("c0"), ...text("m1", "hat"), call("c1", "m1")).turns[0];
  assert.deepEqual(earlyCalls(turn).map(({ id }) => id), ["c0"]);
  assert.deepEqual(callsOf(turn, "m1").map(({ id }) => id), ["c1"]);
});

test("a call's arguments come in pieces and its result as text", () => {
  const [made] = after(asked(), call("c1", "m1"),
    { type: "TOOL_CALL_ARGS", toolCallId: "c1", delta: '{"slot":' },
    { type: "TOOL_CALL_ARGS", toolCallId: "c1", delta: '"hat"}' },
    { type: "TOOL_CALL_END", toolCallId: "c1" },
    result("c1", { outcome: "found", products: [{ id: "p" }] })).turns[0].calls;
  assert.equal(made.wish.slot, "hat");
  assert.equal(made.result.products[0].id, "p");
});

test("a result that is no JSON counts as unavailable", () => {
  const [made] = after(asked(), call("c1"), { type: "TOOL_CALL_RESULT", toolCallId: "c1",
    messageId: "x", content: "oops" }).turns[0].calls;
  assert.equal(made.result.outcome, "unavailable");
});

test("the wardrobe's choice comes first, by id or by number, and nothing is lost", () => {
  const products = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const order = (wanted) => orderedProducts({ result: { products }, chosen: { order: wanted } })
    .map(({ id }) => id).join("");
  assert.equal(order(["c", "a"]), "cab");
  assert.equal(order([2]), "bac");
  assert.equal(order(["invented", 99, 0]), "abc");
});

test("criteria follow snapshot, delta and custom", () => {
  let state = after(asked(), { type: "STATE_SNAPSHOT", snapshot: { criteria: { a: { label: "A" } } } });
  state = after(state, { type: "STATE_DELTA", delta: [
    { op: "add", path: "/criteria/size.letters", value: { label: "size M" } },
    { op: "remove", path: "/criteria/a" }, { op: "add", path: "/look/top", value: {} }] });
  assert.deepEqual(Object.keys(state.criteria), ["size.letters"]);
  state = after(state, { type: "CUSTOM", name: "criteria", value: { b: { label: "B" } } });
  assert.deepEqual(Object.keys(state.criteria), ["b"]);
});

test("a removed chip leaves with the next question", () => {
  let state = after(asked(), { type: "CUSTOM", name: "criteria", value: { a: {}, b: {} } });
  state = reduce(state, { type: "chipToggled", key: "a" });
  assert.deepEqual(state.removed, ["a"]);
  state = reduce(state, { type: "asked", threadId: "t", runId: "r2", question: "x",
    removed: state.removed });
  assert.deepEqual(Object.keys(state.criteria), ["b"]);
  assert.deepEqual(state.removed, []);
});

test("a chip taken out and put back stays", () => {
  let state = reduce(asked(), { type: "chipToggled", key: "a" });
  state = reduce(state, { type: "chipToggled", key: "a" });
  assert.deepEqual(state.removed, []);
});

test("an end closes all that is open and drops calls without a result", () => {
  const turn = after(asked(), { type: "SUBAGENT_STARTED", subagentRunId: "s", name: "wardrobe" },
    { type: "TEXT_MESSAGE_START", messageId: "m" }, call("c"),
    { type: "RUN_FINISHED", result: { look: {} } }).turns[0];
  assert.equal(turn.status, "done");
  assert.equal(turn.blocks[0].open, false);
  assert.equal(turn.calls.length, 0);
  assert.equal(turn.agents[0].status, "done");
  assert.deepEqual(turn.outcome, { look: {} });
});

test("a stop that ends in an error is still a stop", () => {
  const stopping = reduce(asked(), { type: "stopping", runId: "r1" });
  assert.equal(after(stopping, { type: "RUN_ERROR", message: "m", code: "aborted" })
    .turns[0].status, "stopped");
  assert.equal(after(stopping, { type: "RUN_FINISHED" }).turns[0].status, "stopped");
});

test("an error is kept with its code", () => {
  const state = after(asked(), { type: "RUN_ERROR", message: "No.", code: "busy" });
  assert.deepEqual(state.turns[0].error, { code: "busy", message: "No." });
  assert.equal(liveTurn(state), undefined);
  assert.equal(isLive(state.turns[0]), false);
});

test("withdrawn products keep their reason", () => {
  const turn = after(asked(), { type: "CUSTOM", name: "withdrawn",
    value: { productIds: ["p"], reason: "wool" } }).turns[0];
  assert.equal(turn.withdrawn.p, "wool");
});

test("a snapshot in mid-run takes the broken paragraph away and keeps found cards", () => {
  const state = after(asked(), ...text("m1", "whole"), call("c1", "m1"),
    result("c1", { outcome: "found", products: [] }), ...text("m2", "bro"));
  const turn = after(state, { type: "MESSAGES_SNAPSHOT", messages: [
    { id: "u", role: "user", content: "a hat" },
    { id: "m1", role: "assistant", content: "whole", toolCalls: [{ id: "c1", type: "function",
      function: { name: "find_product", arguments: "{}" } }] }] }).turns[0];
  assert.deepEqual(turn.blocks.map(({ id }) => id), ["m1"]);
  assert.equal(turn.calls[0].result.outcome, "found");
});

test("events of kinds that are not known change nothing", () => {
  const state = asked();
  assert.equal(after(state, { type: "STEP_STARTED", stepName: "x" }), state);
  assert.equal(after(state, { type: "CUSTOM", name: "new", value: 1 }), state);
});

test("messages become turns again, with their cards", () => {
  const turns = turnsFromMessages([
    { id: "1", role: "user", content: "a hat" },
    { id: "2", role: "assistant", toolCalls: [{ id: "e", function: { arguments: "{}" } }] },
    { id: "3", role: "tool", toolCallId: "e", content: '{"early":true,"products":[]}' },
    { id: "4", role: "assistant", content: "words", toolCalls: [
      { id: "c", function: { arguments: '{"slot":"hat"}' } }] },
    { id: "5", role: "tool", toolCallId: "c", content: '{"outcome":"none_match"}' },
    { id: "6", role: "user", content: [{ type: "text", text: "cheaper" }] }]);
  assert.deepEqual(turns.map(({ question }) => question), ["a hat", "cheaper"]);
  assert.equal(earlyCalls(turns[0]).length, 1);
  assert.equal(callsOf(turns[0], "4")[0].result.outcome, "none_match");
});

test("first finds are one strip: nothing twice, what was withdrawn last", () => {
  const state = after(asked(), call("c0"), result("c0", { outcome: "found", early: true,
    products: [{ id: "a" }, { id: "b" }] }), { type: "CUSTOM", name: "withdrawn",
    value: { productIds: ["a"], reason: "criteria" } }, call("c1"),
  result("c1", { outcome: "found", early: true, products: [{ id: "c" }, { id: "b" }] }));
  const { calls, withdrawn } = state.turns[0];
  const [finds, ...others] = shelfCalls(calls, withdrawn);
  assert.deepEqual(finds.result.products.map(({ id }) => id), ["b", "c", "a"]);
  assert.deepEqual(finds.joined, ["c0", "c1"]);
  assert.equal(others.length, 0);
  assert.deepEqual(shelfCalls([], {}), []);
});

test("a card that comes again stands where it was, as it is now", () => {
  const state = after(asked(), call("c0"), result("c0", { outcome: "found",
    products: [{ id: "a", colour: "pink" }, { id: "b", colour: "grey" }] }),
  call("c1"), result("c1", { outcome: "found", products: [{ id: "a", colour: "navy" }] }));
  const [shelf] = shelfCalls(earlyCalls(state.turns[0]), {});
  assert.deepEqual(shelf.result.products, [{ id: "a", colour: "navy" }, { id: "b", colour: "grey" }]);
});

test("calls of a paragraph share a shelf only when they ask for the same", () => {
  const asks = (id, args) => ({ id, args, parent: "m", result: null, chosen: null });
  const shelves = shelfCalls([asks("a", "{1}"), asks("b", "{2}"), asks("c", "{1}"),
    asks("d", ""), asks("e", "")], {});
  assert.deepEqual(shelves.map(({ id }) => id), ["a", "b", "d", "e"]);
  assert.deepEqual(shelves[0].joined, ["a", "c"]);
});

test("the words of an aborted run are a stopped turn", () => {
  const [turn] = turnsFromMessages([{ id: "1", role: "user", content: "a" },
    { id: "2", role: "assistant", content: "half", aborted: true }]);
  assert.equal(turn.status, "stopped");
});

test("ends find their turns, whichever are missing", () => {
  const turns = ["a", "b", "a"].map((question) => ({ question, status: "done" }));
  const ended = withEnds(turns, [{ question: "a", status: "stopped" },
    { question: "lost", status: "failed" }, { question: "a", status: "done", outcome: 1 }]);
  assert.deepEqual(ended.map(({ status, outcome }) => [status, outcome]),
    [["stopped", undefined], ["done", undefined], ["done", 1]]);
});

test("a JSON Patch reaches into objects and lists, and an odd step is passed over", () => {
  const before = { a: { "x/y": 1 }, list: [1, 2] };
  assert.deepEqual(applyPatch(before, [{ op: "replace", path: "/a/x~1y", value: 2 },
    { op: "add", path: "/list/-", value: 3 }, { op: "remove", path: "/list/0" },
    { op: "remove", path: "/nowhere/b" }, { op: "add", path: "/list/9", value: 0 },
    { op: "add", path: "/__proto__", value: {} }]), { a: { "x/y": 2 }, list: [2, 3] });
  assert.deepEqual(before, { a: { "x/y": 1 }, list: [1, 2] });
  assert.deepEqual(applyPatch(before, [{ op: "replace", path: "", value: { z: 1 } }]), { z: 1 });
});

test("removing keys writes them as pointers", () => {
  assert.deepEqual(removalPatch(["size.letters", "a/b~c"]), [
    { op: "remove", path: "/size.letters" }, { op: "remove", path: "/a~1b~0c" }]);
});

test("money is minor units of its own currency", () => {
  assert.equal(moneyText({ amount: 4900, currency: "USD" }, "en-US"), "$49");
  assert.equal(moneyText({ amount: 4950, currency: "USD" }, "en-US"), "$49.50");
  assert.equal(moneyText({ amount: 4900, currency: "JPY" }, "en-US"), "¥4,900");
  assert.equal(moneyText(undefined), "");
  assert.ok(isOnSale({ price: { amount: 1 }, list_price: { amount: 2 } }));
  assert.ok(!isOnSale({ price: { amount: 1 } }));
});

test("an empty shelf says what blocked it and what one step would give", () => {
  assert.equal(emptyText({ outcome: "none_match", blocked_by: ["size", "price"], relaxation: {
    drop: "budget.item", count: 4, cheapest: { amount: 5900, currency: "USD" } } }, "en-US"),
  "Nothing here keeps the size and the budget. "
  + "Without the budget there would be 4 pieces, from $59.");
  assert.match(emptyText({ outcome: "unavailable" }), /could not be asked/);
});

test("a wish is said without saying a word twice", () => {
  assert.equal(wishText({ colour: "white", material: "linen", category: "linen shirt" }),
    "white linen shirt");
});

test("starts and ends are announced, single words are not", () => {
  const running = after(asked(), { type: "RUN_STARTED" });
  const writing = after(running, { type: "TEXT_MESSAGE_START", messageId: "m" });
  assert.equal(announcement(running, writing), "");
  const agent = after(running, { type: "SUBAGENT_STARTED", subagentRunId: "s", name: "wardrobe" });
  assert.equal(announcement(running, agent), "Wardrobe is looking through the shop.");
  assert.match(announcement(running, after(running, { type: "RUN_FINISHED" })), /ready, with 0/);
});

test("Markdown keeps words and drops addresses", () => {
  const words = (line) => parse(line).map(({ kind, spans }) => (
    kind + ":" + spans.map(({ text: said, strong, em }) => (
      strong ? `<${said}>` : em ? `/${said}/` : said)).join("")));
  assert.deepEqual(words("## A **look**\n- **Shirt**: *soft* [here](http://x)\n2. two"),
    ["heading:A look", "item:<Shirt>: /soft/ here", "item:two"]);
  assert.deepEqual(words("![p](http://x)<img src=x onerror=y>"), ["text:<img src=x onerror=y>"]);
  assert.deepEqual(words("still **com"), ["text:still <com>"]);
  assert.deepEqual(words("5 * 3 and a * b"), ["text:5 * 3 and a * b"]);
  assert.deepEqual(words("one\ntwo"), ["text:one two"]);
});
