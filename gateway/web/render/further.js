/* While an answer grows past the lower edge: a quiet way to what is newest.
 * The page never scrolls by itself, so that nobody loses their line. */
import { motionIsWelcome } from "./dom.js";

/** Make the button work.  Returns update(liveTurnElement or null). */
export function bindFurther(button, dock) {
  let turn = null;
  const newest = () => [...(turn?.querySelectorAll(".spread, .look") ?? [])].at(-1);
  const show = () => {
    const edge = dock.getBoundingClientRect().top;
    button.hidden = !newest() || newest().getBoundingClientRect().top < edge - 40;
  };
  button.addEventListener("click", () => newest()?.scrollIntoView({ block: "center",
    behavior: motionIsWelcome() ? "smooth" : "instant" }));
  addEventListener("scroll", show, { passive: true });
  return (element) => {
    turn = element;
    show();
  };
}
