/* The sentences of the page that depend on what happened.  No I/O. */
import { moneyText } from "./money.js";

/** What each assistant is doing, while it does it and when it has. */
const AGENTS = {
  psychologist: { name: "Psychologist", doing: "reading the occasion" },
  stylist: { name: "Stylist", doing: "writing" },
  extractor: { name: "Extractor", doing: "picking out the pieces" },
  wardrobe: { name: "Wardrobe", doing: "looking through the shop" },
};

/** {name, doing} of an assistant. */
export function agentWords(name) {
  return AGENTS[name] ?? { name, doing: "at work" };
}

const SLOTS = { set: "A set", accessory: "Accessory", jewellery: "Jewellery" };

/** A slot as a heading: "top" -> "Top". */
export function slotName(slot) {
  if (!slot) return "";
  return SLOTS[slot] ?? slot[0].toUpperCase() + slot.slice(1);
}

/** What a call looks for, in a few words: its wish's colour, material, category. */
export function wishText({ colour, style, material, category, description }) {
  const words = [colour, style, material, category].filter(Boolean);
  const plain = words.filter((word, i) => (
    !words.some((other, k) => k > i && other.includes(word))));
  return plain.join(" ") || description || "";
}

const FIELDS = { price: "the budget", size: "the size", colour: "the colour",
  gender: "who it is for", age_group: "the age", availability: "stock",
  on_sale: "sale only", material: "the material", category: "the category",
  brand: "the brand", style: "the style", product: "what you ruled out",
  occasion: "the occasion", season: "the season" };

/** A criterion's field, as it stands in a sentence: "price" -> "the budget". */
export function fieldName(field) {
  return FIELDS[field] ?? field;
}

/** "a", "a and b", "a, b and c". */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return words.slice(0, -1).join(", ") + " and " + words.at(-1);
}

/** Why a lookup has no cards. */
export function emptyText(result, locale) {
  if (result.outcome === "unavailable")
    return "The wardrobe could not be asked in time, so this place stays open.";
  const blocked = (result.blocked_by ?? []).map(fieldName);
  if (blocked.length === 0) return "Nothing in the shop fits here.";
  return `Nothing here keeps ${listed(blocked)}.` + relaxedText(result.relaxation, locale);
}

function relaxedText(relaxation, locale) {
  if (!relaxation?.count) return "";
  const pieces = relaxation.count === 1 ? "one piece" : `${relaxation.count} pieces`;
  const cheapest = moneyText(relaxation.cheapest, locale);
  return ` Without ${criterionName(relaxation.drop)} there would be ${pieces}`
    + (cheapest ? `, from ${cheapest}.` : ".");
}

/** A criterion's key in a sentence: "budget.item" -> "the budget". */
export function criterionName(key) {
  const field = String(key).replace(/^not\./, "").split(".")[0];
  return fieldName(field === "budget" ? "price" : field);
}

/** What could not be checked, or "". */
export function uncheckedText(result) {
  const fields = (result.unchecked ?? []).map(fieldName);
  return fields.length === 0 ? ""
    : `Not checked: ${listed(fields)} (the shop does not say).`;
}

/** What of the stylist's idea the shop does not have, where it shows what comes close; or "". */
export function closeText(result, wish) {
  const brand = result.relaxed?.includes("brand") && result.products?.length
    ? "Nothing here of the brand you named." : "";
  if (!result.relaxed?.includes("colour") || !result.products?.length) return brand;
  const colour = wish?.colour ?? "that colour";
  const some = result.products.some((product) => product.colour?.includes(colour));
  return `${brand} ${some ? "Not all" : "None"} in ${colour}; these come closest to the idea.`.trim();
}

const ERRORS = {
  busy: "Too many questions are waiting. Give it a moment, then try again.",
  unavailable: "The stylist is away for a moment. Your question is kept here.",
  run_unknown: "That answer can no longer be found.",
  refused: "The shop did not let this page in.",
};

const REASONS = { criteria: "it does not keep what you asked for",
  off_topic: "it has nothing to do with your question" };

/** Why a card was taken back. */
export function withdrawnText(reason) {
  return `Taken back: ${REASONS[reason] ?? (reason || "it no longer fits")}`;
}

/** A failed run as one clear sentence. */
export function errorText({ code, message }) {
  return ERRORS[code] ?? (message || "Something went wrong before the answer was whole.");
}

const DEGRADED = { assessment: "your words were read without the psychologist",
  psychologist: "your words were read without the psychologist",
  extraction: "some pieces could not be picked out of the words",
  extractor: "some pieces could not be picked out of the words",
  lookup: "part of the shop could not be searched in time",
  wardrobe: "part of the shop could not be searched in time",
  suggestion: "the words end early", choice: "the search’s own order was kept" };

/** What was left out of an answer, as a sentence, or "". */
export function degradedText(degraded) {
  const parts = [...new Set(degraded.map(({ what, reason }) => (
    DEGRADED[what] ?? `${what}: ${reason}`)))];
  return parts.length === 0 ? "" : `This time ${listed(parts)}.`;
}

/**
 * What a screen reader should hear when the state went from `before` to
 * `after`: starts and ends, never single words.  "" for nothing.
 */
export function announcement(before, after) {
  if (after.connection !== before.connection && after.connection === "lost")
    return "Connection lost. Trying again.";
  const turn = after.turns.at(-1);
  if (!turn) return before.turns.length > 0 ? "New conversation." : "";
  const old = before.turns.find(({ runId }) => runId === turn.runId);
  if (!old || old === turn) return "";
  if (old.status !== turn.status) return endText(turn) || agentText(old, turn);
  return agentText(old, turn);
}

function endText(turn) {
  if (turn.status === "stopped") return "Stopped.";
  if (turn.status === "failed") return errorText(turn.error);
  if (turn.status !== "done") return "";
  const pieces = turn.calls.reduce((n, { result }) => n + (result.products?.length ?? 0), 0);
  return `The suggestion is ready, with ${pieces} ${pieces === 1 ? "piece" : "pieces"}.`;
}

function agentText(old, turn) {
  const started = turn.agents.filter((agent) => (
    agent.status === "working" && !old.agents.some(({ id }) => id === agent.id)));
  return started.map(({ name }) => agentWords(name))
    .map(({ name, doing }) => `${name} is ${doing}.`).join(" ");
}
