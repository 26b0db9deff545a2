/* One turn: the question as a headline, then the answer as it comes. */
import { h, keyed } from "./dom.js";
import { markdownNodes } from "./markdown.js";
import { shelfElement, updateShelf } from "./shelf.js";
import { lookElement } from "./look.js";
import { callsOf, earlyCalls, isLive, shelfCalls } from "../state.js";
import { agentWords, degradedText, errorText } from "../words.js";

const LONG_QUESTION = 110;
const NEXT_WORDS = ["Cheaper", "In another colour", "A little dressier", "Shoes to go with it"];

/**
 * A turn's element.  `tell` has relax({slot, drop}), retry(turn) and
 * ask(words), for its buttons.
 */
export function turnElement(turn, tell) {
  const id = `question-${turn.runId}`;
  const element = h("article", { class: "turn", "aria-labelledby": id, "data-run": turn.runId },
    h("header", { class: "turn-head" },
      h("p", { class: "eyebrow" }, turn.refinement ? "Looking again" : "You asked"),
      h("h2", { id, class: questionClass(turn), dir: "auto" }, turn.question),
      h("ul", { class: "agents", "aria-label": "Assistants at work" })),
    h("div", { class: "finds" }), h("div", { class: "story" }),
    h("div", { class: "look-place" }), h("footer", { class: "turn-foot" }));
  element.tell = tell;
  return element;
}

/** Bring a turn's element up to date; `isLast` ones offer what to say next. */
export function updateTurn(element, turn, isLast) {
  if (element.seen === turn && element.wasLast === isLast) return;
  const before = element.seen;
  element.seen = turn;
  element.wasLast = isLast;
  element.dataset.status = turn.status;
  updateAgents(element.querySelector(".agents"), turn);
  updateShelves(element.querySelector(".finds"), earlyCalls(turn), turn, element.tell);
  keyed(element.querySelector(".story"), turn.blocks, ({ id }) => id,
    spreadElement, (spread, block) => updateSpread(spread, block, turn, element.tell));
  if (before?.outcome !== turn.outcome)
    element.querySelector(".look-place").replaceChildren(...present(lookElement(turn)));
  element.querySelector(".turn-foot").replaceChildren(...footNodes(turn, isLast, element.tell));
}

/* A paragraph and, beside it, what it names. */
function spreadElement() {
  return h("div", { class: "spread" }, h("div", { class: "prose", dir: "auto" }), h("div", { class: "shelves" }));
}

function updateSpread(spread, block, turn, tell) {
  const prose = spread.querySelector(".prose");
  if (spread.seenBlock !== block) {
    spread.seenBlock = block;
    prose.replaceChildren(...markdownNodes(block.text));
    prose.classList.toggle("is-open", block.open);
  }
  const calls = callsOf(turn, block.id);
  spread.classList.toggle("has-shelves", calls.length > 0);
  updateShelves(spread.querySelector(".shelves"), calls, turn, tell);
}

/* Calls that ask for the same share a shelf; it is joined anew only when one of
 * them has changed. */
function updateShelves(place, calls, turn, tell) {
  const { seen } = place;
  const isSame = seen?.withdrawn === turn.withdrawn && seen.calls.length === calls.length
    && seen.calls.every((call, n) => call === calls[n]);
  if (!isSame)
    place.seen = { calls, withdrawn: turn.withdrawn, shelves: shelfCalls(calls, turn.withdrawn) };
  keyed(place, place.seen.shelves, ({ id }) => id, (call) => shelfElement(call, tell),
    (shelf, call) => updateShelf(shelf, call, turn));
}

/* The orchestrator's own writing is no subagent on the wire; here it is the
 * stylist, at work while a paragraph is open. */
function agentsOf(turn) {
  const writing = turn.blocks.some(({ open }) => open);
  const stylist = turn.agents.length > 0 && turn.blocks.length > 0
    ? [{ id: "stylist", name: "stylist", status: writing && isLive(turn) ? "working" : "done" }] : [];
  return [...turn.agents, ...stylist];
}

function updateAgents(list, turn) {
  const agents = agentsOf(turn);
  const waiting = isLive(turn) && agents.length === 0;
  const shown = waiting ? [{ id: "waiting", name: waitingWords(turn), status: "working" }] : agents;
  keyed(list, shown, ({ id }) => id,
    ({ name }) => h("li", { class: "agent" }, h("i", { class: "agent-light", "aria-hidden": "true" }),
      h("span", { class: "agent-name" }, agentWords(name).name),
      h("span", { class: "agent-doing" })),
    (item, { id, name, status }) => {
      item.dataset.status = status;
      item.querySelector(".agent-name").textContent = agentWords(name).name;
      item.querySelector(".agent-doing").textContent = id === "waiting" ? "" : doing(name, status);
    });
}

function waitingWords({ status }) {
  if (status === "stopping") return "Stopping";
  return status === "waiting" ? "Your question is on its way" : "Your question has arrived";
}

function doing(name, status) {
  if (status === "failed") return "could not help";
  return status === "working" ? agentWords(name).doing : "";
}

function footNodes(turn, isLast, tell) {
  const nodes = [];
  if (turn.status === "failed") nodes.push(errorElement(turn, tell));
  if (turn.status === "stopped")
    nodes.push(h("p", { class: "foot-note" }, "Stopped here. What was found stays."));
  const degraded = degradedText(turn.degraded);
  if (degraded && !isLive(turn)) nodes.push(h("p", { class: "foot-note" }, degraded));
  if (isLast && turn.status === "done")
    nodes.push(h("div", { class: "next", role: "group", "aria-label": "Ask further" },
      NEXT_WORDS.map((words) => h("button", { type: "button", class: "quiet-button",
        onclick: () => tell.ask(words) }, words))));
  return nodes;
}

function errorElement(turn, tell) {
  return h("div", { class: "error" },
    h("p", {}, errorText(turn.error)),
    h("button", { type: "button", class: "quiet-button retry", onclick: () => tell.retry(turn) },
      "Try again"));
}

function questionClass({ question, refinement }) {
  if (refinement) return "question is-refinement";
  return question.length > LONG_QUESTION ? "question is-long" : "question";
}

function present(...nodes) {
  return nodes.filter(Boolean);
}
