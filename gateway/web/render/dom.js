/* The few DOM helpers that every renderer uses.  Text only ever enters as
 * text nodes: nothing of a model or a feed is read as HTML. */

/**
 * An element.  `props` are attributes; those that start with "on" are
 * listeners, and null, undefined or false ones are left out.  `children` are
 * nodes or texts; empty ones are passed over.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

/** A small drawing from icons.svg. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/**
 * Make `parent`'s children those of `items`, in order, keeping the element of
 * an item whose key was there before.
 *   make(item)            a new element
 *   update(element, item) bring one up to date (also right after make)
 */
export function keyed(parent, items, keyOf, make, update) {
  const held = parent.heldByKey ?? new Map();
  const next = new Map();
  items.forEach((item, place) => {
    const key = keyOf(item);
    const element = held.get(key) ?? make(item);
    next.set(key, element);
    update?.(element, item);
    if (parent.children[place] !== element)
      parent.insertBefore(element, parent.children[place] ?? null);
  });
  for (const [key, element] of held) if (!next.has(key)) element.remove();
  parent.heldByKey = next;
}

/** May things move?  (The shopper's system says.) */
export function motionIsWelcome() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
