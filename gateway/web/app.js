/* The page: joins what is known (state.js), the socket (wire.js) and what is
 * seen (render/).  Everything goes one way: an action changes the state, the
 * state is drawn at the next frame. */
import { initialState, isLive, liveTurn, newTurn, reduce } from "./state.js";
import { removalPatch } from "./patch.js";
import { Wire, runInput } from "./wire.js";
import { turnsFromMessages, withEnds } from "./history.js";
import { forget, remember, remembered } from "./memory.js";
import { announcement, criterionName, slotName } from "./words.js";
import { h, keyed, motionIsWelcome } from "./render/dom.js";
import { turnElement, updateTurn } from "./render/turn.js";
import { updateChips } from "./render/chips.js";
import { bindComposer } from "./render/composer.js";
import { bindFurther } from "./render/further.js";
import { bindTheme } from "./render/theme_button.js";

const EXAMPLES = [
  "I need something for a beach wedding in July, under 200 dollars, I’m an M",
  "First day at a law firm. Sharp, but not stiff",
  "A warm coat for windy city walks, nothing with wool",
  "Weekend in Lisbon, one small bag, mostly linen",
  "A green dress for my sister’s graduation dinner",
  "White sneakers that go with everything, size 42",
];
const STOP_WAIT_MS = 4_000;

const place = Object.fromEntries(["welcome", "examples", "turns", "chips", "look-again", "words",
  "connection", "model", "announcer", "further", "new", "forget", "forget-dialog", "forget-failed"]
  .map((id) => [id, document.getElementById(id)]));

let state = initialState();
let drawn = state;
let frame = 0;

const wire = new Wire({
  url: new URL("ws", location.href).href.replace(/^http/, "ws"),
  onEvent: (runId, event) => act({ type: "event", runId, event }),
  onConnection: (status) => act({ type: "connection", status }),
});
const showFurther = bindFurther(place.further, document.querySelector(".dock"));
const composer = bindComposer({ ask: (words) => ask(words), stop });
const tell = {
  ask: (words) => ask(words),
  relax({ slot, drop }) {
    const label = state.criteria[drop]?.label ?? criterionName(drop);
    ask(`Show the ${slotName(slot).toLowerCase() || "rest"} without: ${label}`,
      { removed: drop in state.criteria ? [drop] : [], refinement: true });
  },
  retry(turn) {
    act({ type: "turnDropped", runId: turn.runId });
    ask(turn.question, { refinement: turn.refinement });
  },
  removeChip(key) {
    act({ type: "chipToggled", key });
    if (!liveTurn(state)) lookAgain();
  },
};

/* Ask `question`; `removed` criteria keys go out with it, beside those that
 * the shopper took out while an answer was coming. */
function ask(question, { removed = [], refinement = false } = {}) {
  const keys = [...new Set([...state.removed, ...removed])];
  const threadId = state.threadId ?? crypto.randomUUID();
  const runId = crypto.randomUUID();
  act({ type: "asked", threadId, runId, question, refinement, removed: keys });
  wire.ask(runInput({ threadId, runId, question, patch: removalPatch(keys) }));
  draw();
  showTurn(runId);
}

function lookAgain() {
  const labels = state.removed.map((key) => state.criteria[key]?.label ?? key);
  if (labels.length > 0) ask(`Without: ${labels.join(", ")}`, { refinement: true });
}

/* Stop what is under way.  An end that never comes is not waited for. */
function stop() {
  const turn = liveTurn(state);
  if (!turn || turn.status === "stopping") return;
  const { runId } = turn;
  act({ type: "stopping", runId });
  if (!wire.abort(runId)) return act({ type: "stopped", runId });
  setTimeout(() => {
    if (!isLive(state.turns.find((other) => other.runId === runId))) return;
    wire.leave(runId);
    act({ type: "stopped", runId });
  }, STOP_WAIT_MS);
}

function startAnew() {
  wire.reset();
  forget();
  act({ type: "cleared" });
  composer.focus();
}

async function forgetThread() {
  const { threadId } = state;
  place["forget-failed"].hidden = true;
  stop();
  try {
    const answer = await fetch(`threads/${encodeURIComponent(threadId)}`, { method: "DELETE" });
    if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText);
    startAnew();
  } catch {
    place["forget-failed"].hidden = false;
  }
}

/* The conversation of the last visit, and the run that was still going. */
async function restore() {
  const kept = remembered();
  if (!kept?.threadId) return;
  const { threadId, liveRun } = kept;
  let turns = [];
  let { criteria, profile } = kept;
  try {
    const answer = await fetch(`threads/${encodeURIComponent(threadId)}`);
    if (answer.status === 404 && !liveRun) return forget();
    if (answer.ok) {
      const thread = await answer.json();
      turns = turnsFromMessages(thread.messages ?? []);
      ({ criteria = criteria, profile } = thread);
    }
  } catch { /* offline: the next visit tries again */ }
  if (liveRun && turns.at(-1)?.question === liveRun.question) turns.pop();
  turns = withEnds(turns, kept.ends ?? []);
  if (liveRun) turns.push(newTurn(liveRun));
  if (turns.length === 0) return;
  act({ type: "restored", threadId, turns, criteria, profile });
  if (liveRun) wire.follow(liveRun.runId);
  draw();
  showTurn(turns.at(-1).runId);
}

function keep() {
  if (state.threadId === null) return;
  const live = liveTurn(state);
  remember({ threadId: state.threadId, criteria: state.criteria,
    liveRun: live && { runId: live.runId, question: live.question, refinement: live.refinement },
    ends: state.turns.filter((turn) => !isLive(turn))
      .map(({ question, outcome, withdrawn, degraded, status, error }) => (
        { question, outcome, withdrawn, degraded, status, error })) });
}

function act(action) {
  state = reduce(state, action);
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  cancelAnimationFrame(frame);
  frame = 0;
  const before = drawn;
  drawn = state;
  if (before === state) return;
  const live = liveTurn(state);
  document.documentElement.classList.toggle("has-turns", state.turns.length > 0);
  place.welcome.hidden = state.turns.length > 0;
  place.forget.hidden = state.turns.length === 0;
  place.connection.hidden = state.connection !== "lost";
  const last = state.turns.at(-1);
  keyed(place.turns, state.turns, ({ runId }) => runId, (turn) => turnElement(turn, tell),
    (element, turn) => updateTurn(element, turn, turn === last));
  updateChips(place.chips, state, live !== undefined, tell);
  composer.update(live);
  showFurther(live ? turnPlace(live.runId) : null);
  drawModel();
  const heard = announcement(before, state);
  if (heard) place.announcer.textContent = heard;
  if (live === undefined || liveTurn(before)?.runId !== live.runId
    || before.criteria !== state.criteria) keep();
}

function drawModel() {
  const { model } = state;
  place.model.hidden = !model?.understudy;
  if (model?.understudy)
    place.model.textContent = "Demo model: understudy — no language model is connected";
}

function turnPlace(runId) {
  return place.turns.querySelector(`[data-run="${CSS.escape(runId)}"]`);
}

function showTurn(runId) {
  turnPlace(runId)?.scrollIntoView({ block: "start", behavior: motionIsWelcome() ? "smooth" : "instant" });
}

function bindPage() {
  place.examples.append(...EXAMPLES.map((words) => h("li", {},
    h("button", { type: "button", class: "example", onclick: () => ask(words) }, words))));
  place.new.addEventListener("click", startAnew);
  place["look-again"].addEventListener("click", lookAgain);
  place.forget.addEventListener("click", () => place["forget-dialog"].showModal());
  place["forget-dialog"].addEventListener("close", ({ target }) => {
    if (target.returnValue === "forget") forgetThread();
    target.returnValue = "";
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !place["forget-dialog"].open) stop();
  });
  addEventListener("online", () => wire.retryNow());
}

bindPage();
bindTheme(document.getElementById("theme"));
restore();
