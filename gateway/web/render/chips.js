/* The criteria as understood, each removable. */
import { h, icon, keyed } from "./dom.js";

/**
 * Bring the chips up to date.
 *   criteria  key -> {label}
 *   removed   keys that wait to be left out of the next question
 *   isLive    an answer is under way: a chip only notes the wish
 */
export function updateChips(place, { criteria, removed }, isLive, tell) {
  const chips = Object.entries(criteria).filter(([, value]) => value)
    .map(([key, value]) => ({ key, label: value.label || key, isRemoved: removed.includes(key) }));
  place.hidden = chips.length === 0;
  keyed(place.querySelector(".chip-list"), chips, ({ key }) => key,
    ({ key }) => h("li", {}, h("button", { type: "button", class: "chip", "data-key": key,
      onclick: () => tell.removeChip(key) }, h("span", {}), icon("close"))),
    (item, { label, isRemoved }) => {
      const button = item.firstChild;
      button.querySelector("span").textContent = label;
      button.classList.toggle("is-removed", isRemoved);
      button.setAttribute("aria-label", isRemoved ? `Keep ${label} after all` : `Leave out ${label}`);
      button.title = isLive ? "Goes with your next question" : "Looks again without this";
    });
  const note = place.querySelector(".chip-note");
  const waits = removed.length > 0;
  note.hidden = !waits;
  note.querySelector("button").hidden = isLive;
  note.querySelector("span").textContent = isLive
    ? "Left out from your next question on." : "Left out from now on.";
}
