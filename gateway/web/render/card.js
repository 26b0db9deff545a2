/* One product as a card. */
import { h } from "./dom.js";
import { colourHex } from "./colours.js";
import { moneyText, isOnSale } from "../money.js";
import { withdrawnText } from "../words.js";

const COLOURS_SHOWN = 5;

/** A card for `product`; updateCard() says the rest. */
export function cardElement(product) {
  return h("article", { class: "card", "data-product": product.id },
    pictureElement(product),
    h("p", { class: "card-mark", hidden: true }, "In your look"),
    h("div", { class: "card-text" },
      h("p", { class: "card-brand" }, product.brand),
      h("h4", { class: "card-title" }, titleNode(product)),
      priceElement(product),
      coloursElement(product),
      sizesElement(product),
      h("p", { class: "card-why" })),
    h("p", { class: "card-gone", hidden: true }));
}

/**
 * Bring a card up to date.
 *   why        why it fits: the wardrobe's own sentence where it chose it
 *   chosen     it is part of the look
 *   withdrawn  why it was taken back; undefined if it was not
 */
export function updateCard(card, { why = "", chosen, withdrawn }) {
  const reason = card.querySelector(".card-why");
  const sentence = why.charAt(0).toUpperCase() + why.slice(1);
  if (reason.textContent !== sentence) reason.textContent = sentence;
  reason.hidden = why === "";
  card.classList.toggle("is-chosen", chosen);
  card.querySelector(".card-mark").hidden = !chosen;
  const gone = card.querySelector(".card-gone");
  const isGone = withdrawn !== undefined;
  card.classList.toggle("is-gone", isGone);
  gone.hidden = !isGone;
  if (isGone) gone.textContent = withdrawnText(withdrawn);
}

/** A card's place while its lookup is under way. */
export function skeletonElement() {
  return h("div", { class: "card skeleton", "aria-hidden": "true" },
    h("div", { class: "card-picture" }), h("div", { class: "card-text" },
      h("i", { class: "bone short" }), h("i", { class: "bone" }), h("i", { class: "bone short" })));
}

/** The product's title, leading to it in the shop. */
export function titleNode({ title, link }) {
  const href = safeLink(link);
  return href
    ? h("a", { href, target: "_blank", rel: "noopener nofollow", class: "card-link" }, title)
    : title;
}

/** The product's picture, or its monogram where there is none. */
export function pictureElement(product) {
  const frame = h("div", { class: "card-picture" });
  const monogram = () => frame.replaceChildren(
    h("span", { class: "monogram", "aria-hidden": "true" }, initials(product)));
  const src = safeLink(product.image);
  if (!src) {
    monogram();
    return frame;
  }
  const alt = [product.colour, product.category || product.title].filter(Boolean).join(" ");
  frame.append(h("img", { src, alt, loading: "lazy", decoding: "async", onerror: monogram }));
  return frame;
}

/** What the shopper pays, and what it was. */
export function priceElement(product) {
  if (!product.price) return null;
  if (!isOnSale(product)) return h("p", { class: "card-price" }, moneyText(product.price));
  return h("p", { class: "card-price is-sale" },
    h("span", { class: "visually-hidden" }, "Now "), h("ins", {}, moneyText(product.price)), " ",
    h("span", { class: "visually-hidden" }, "was "), h("del", {}, moneyText(product.list_price)));
}

function coloursElement({ colour, colours = [] }) {
  const known = [...new Set([colour, ...colours].filter(Boolean))];
  if (known.length === 0) return null;
  const dots = known.slice(0, COLOURS_SHOWN).map((name) => {
    const dot = h("i", { class: name === colour ? "dot is-shown" : "dot" });
    const hex = colourHex(name);
    if (hex) dot.style.backgroundColor = hex;
    else dot.classList.add("is-unknown");
    return dot;
  });
  const more = known.length > COLOURS_SHOWN ? `+${known.length - COLOURS_SHOWN}` : "";
  return h("p", { class: "card-colours", title: known.join(", ") },
    h("span", { class: "dots", "aria-hidden": "true" }, dots, more),
    h("span", { class: "colour-name" }, colour ?? known[0]),
    known.length > 1 && h("span", { class: "visually-hidden" },
      `, also in ${known.filter((name) => name !== colour).join(", ")}`));
}

function sizesElement({ size, sizes = [] }) {
  if (sizes.length === 0) return null;
  return h("ul", { class: "card-sizes", "aria-label": "Sizes in stock" },
    sizes.map((name) => h("li", { class: name === size && "is-asked",
      "aria-label": name === size ? `${name}, your size` : null }, name)));
}

/* Only the web's own addresses: a feed could say javascript:. */
function safeLink(address) {
  if (!address) return null;
  try {
    const url = new URL(address, location.href);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function initials({ brand, title = "" }) {
  return (brand || title).split(/[^\p{L}\p{N}]+/u).filter(Boolean)
    .slice(0, 2).map(([first]) => first.toUpperCase()).join("");
}
