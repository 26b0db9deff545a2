/* A shelf: the cards that one find_product call brought, side by side. */
import { h, icon, keyed, motionIsWelcome } from "./dom.js";
import { cardElement, skeletonElement, updateCard } from "./card.js";
import { orderedProducts } from "../state.js";
import { closeText, criterionName, emptyText, slotName, uncheckedText, wishText } from "../words.js";

/**
 * A shelf for a call.  `tell.relax({slot, drop})` asks again with one
 * criterion less.
 */
export function shelfElement(call, tell) {
  const row = h("div", { class: "shelf-row" });
  const shelf = h("section", { class: "shelf", "data-call": call.id },
    h("header", { class: "shelf-head" }, h("h3", { class: "shelf-name" }),
      h("p", { class: "shelf-wish" }), arrows(row)),
    row, h("div", { class: "shelf-note" }));
  shelf.tell = tell;
  row.addEventListener("scroll", () => markEnds(shelf), { passive: true });
  new ResizeObserver(() => markEnds(shelf)).observe(row);
  return shelf;
}

/** Bring a shelf up to date with its call and the turn around it. */
export function updateShelf(shelf, call, turn) {
  const { outcome, withdrawn } = turn;
  const { seen } = shelf;
  if (seen?.call === call && seen.outcome === outcome && seen.withdrawn === withdrawn) return;
  shelf.seen = { call, outcome, withdrawn };
  const early = !call.parent;
  const slot = slotName(call.result?.slot ?? call.wish.slot);
  const name = early ? "First finds" : slot || "Looking";
  setText(shelf.querySelector(".shelf-name"), name);
  setText(shelf.querySelector(".shelf-wish"),
    early ? "straight from your words" : wishText(call.wish));
  shelf.setAttribute("aria-label", name);
  shelf.classList.toggle("is-empty", call.result !== null && !call.result.products?.length);
  updateRow(shelf, call, turn);
  if (seen?.call.result !== call.result)
    shelf.querySelector(".shelf-note").replaceChildren(...noteNodes(call, shelf.tell));
  markEnds(shelf);
}

function updateRow(shelf, call, turn) {
  const row = shelf.querySelector(".shelf-row");
  const products = call.result ? orderedProducts(call) : skeletons();
  const atStart = row.scrollLeft < 4;
  const places = motionIsWelcome() && call.chosen ? placesOf(row) : null;
  const chosenIds = chosenProducts(turn, call);
  keyed(row, products, ({ id, variant_id = "" }) => `${id} ${variant_id}`,   /* another colour is another card */
    (product) => (product.isSkeleton ? skeletonElement() : cardElement(product)),
    (card, { id, why, isSkeleton }) => isSkeleton || updateCard(card, {
      why: (id === products[0].id && call.chosen?.why) || why,
      chosen: chosenIds.includes(id), withdrawn: turn.withdrawn[id] }));
  if (atStart) row.scrollLeft = 0;      /* a browser would follow the card that was first */
  if (places) slideFrom(row, places);
}

function chosenProducts(turn, call) {
  const ids = call.joined ?? [call.id];
  return Object.values(turn.outcome?.look ?? {})
    .filter(({ toolCallId }) => ids.includes(toolCallId)).map(({ productId }) => productId);
}

function skeletons() {
  return [1, 2, 3].map((n) => ({ id: `skeleton-${n}`, isSkeleton: true }));
}

function noteNodes({ result, wish }, tell) {
  if (result === null) return [];
  const nodes = [];
  if (!result.products?.length) nodes.push(h("p", { class: "empty-note" }, emptyText(result)));
  const { relaxation, slot } = result;
  if (result.outcome === "none_match" && relaxation?.drop && relaxation.count > 0)
    nodes.push(h("button", { type: "button", class: "quiet-button relax",
      onclick: () => tell.relax({ slot, drop: relaxation.drop }) },
    `Show without ${criterionName(relaxation.drop)}`));
  const close = closeText(result, wish);
  if (close) nodes.push(h("p", { class: "unchecked-note" }, close));
  const unchecked = uncheckedText(result);
  if (unchecked) nodes.push(h("p", { class: "unchecked-note" }, unchecked));
  return nodes;
}

function arrows(row) {
  const step = (way) => () => row.scrollBy({ left: way * row.clientWidth * 0.8,
    behavior: motionIsWelcome() ? "smooth" : "instant" });
  return h("div", { class: "shelf-arrows" },
    h("button", { type: "button", class: "round-button is-back", "aria-label": "Earlier pieces",
      onclick: step(-1) }, icon("back")),
    h("button", { type: "button", class: "round-button is-on", "aria-label": "More pieces",
      onclick: step(1) }, icon("on")));
}

/* Which ends of the row have more behind them: arrows and fading follow. */
function markEnds(shelf) {
  const row = shelf.querySelector(".shelf-row");
  const rest = row.scrollWidth - row.clientWidth;
  const back = row.scrollLeft > 4;
  const on = row.scrollLeft < rest - 4;
  shelf.classList.toggle("has-more", on);
  shelf.querySelector(".shelf-arrows").hidden = rest <= 4;
  shelf.querySelector(".is-back").disabled = !back;
  shelf.querySelector(".is-on").disabled = !on;
}

function placesOf(row) {
  return new Map([...row.children].map((card) => [card, card.offsetLeft]));
}

function slideFrom(row, places) {
  for (const [card, left] of places) {
    const moved = left - card.offsetLeft;
    if (moved !== 0 && card.isConnected)
      card.animate([{ transform: `translateX(${moved}px)` }, { transform: "none" }],
        { duration: 420, easing: "cubic-bezier(.2,.7,.2,1)" });
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
