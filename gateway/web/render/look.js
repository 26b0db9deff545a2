/* "Your look": what was chosen for each slot, and what it comes to. */
import { h } from "./dom.js";
import { pictureElement, titleNode } from "./card.js";
import { moneyText } from "../money.js";
import { listed, slotName } from "../words.js";

/** The look of a finished turn, or null where nothing was chosen. */
export function lookElement(turn) {
  const outcome = turn.outcome;
  const pieces = piecesOf(turn);
  if (pieces.length === 0) return null;
  return h("section", { class: "look", "aria-label": "Your look" },
    h("header", { class: "look-head" },
      h("h3", {}, "Your look"), totalElement(outcome)),
    h("ul", { class: "look-pieces" }, pieces.map(pieceElement)),
    openElement(outcome.open ?? []));
}

/* The pieces whose product came over the wire; nothing else is shown. */
function piecesOf({ outcome, calls }) {
  return Object.entries(outcome?.look ?? {}).map(([slot, choice]) => {
    const product = productOf(choice, calls);
    return product && { slot, product, price: choice.price ?? product.price };
  }).filter(Boolean);
}

/* What was chosen, as its newest card has it: in the colour that was asked for since. */
function productOf({ toolCallId, productId, variantId }, calls) {
  const cards = calls.flatMap(({ id, result }) => (
    (result?.products ?? []).map((product) => ({ call: id, product }))))
    .filter(({ product }) => product.id === productId);
  const chosen = cards.findLast(({ product }) => product.variant_id === variantId)
    ?? cards.find(({ call }) => call === toolCallId);
  return chosen?.product;
}

function pieceElement({ slot, product, price }) {
  return h("li", { class: "look-piece" }, pictureElement(product),
    h("p", { class: "look-slot" }, slotName(slot)),
    h("p", { class: "look-title" }, titleNode(product)),
    h("p", { class: "look-price" }, moneyText(price)));
}

function totalElement({ total, budget }) {
  if (!total) return null;
  const sum = h("p", { class: "look-sum" }, moneyText(total));
  if (!budget?.max) return h("div", { class: "look-total" }, sum);
  const max = moneyText({ amount: budget.max, currency: budget.currency });
  const part = Math.min(1, total.amount / budget.max);
  const fill = h("i", {});
  fill.style.width = `${Math.round(part * 100)}%`;
  const kept = budget.kept !== false;
  return h("div", { class: kept ? "look-total" : "look-total is-over" }, sum,
    h("p", { class: "look-budget" }, kept ? `of ${max}` : `over your ${max}`),
    h("div", { class: "look-bar", "aria-hidden": "true" }, fill));
}

function openElement(open) {
  if (open.length === 0) return null;
  const slots = listed(open.map(({ slot }) => slotName(slot).toLowerCase()));
  return h("p", { class: "look-open" }, `Still open: ${slots}.`);
}
