/* The line in which the shopper writes. */

const LONGEST = 4_000;
const COUNT_FROM = 3_600;

/**
 * Make the form work.  `ask(words)` is called with what was written, `stop()`
 * by the stop button.  Returns update(liveTurn) and focus().
 */
export function bindComposer({ ask, stop }) {
  const form = document.getElementById("composer");
  const words = document.getElementById("words");
  const count = document.getElementById("count");
  const sendButton = document.getElementById("send");
  const stopButton = document.getElementById("stop");
  let isLive = false;

  const fit = () => {
    words.style.height = "auto";
    words.style.height = `${words.scrollHeight}px`;
    const size = words.value.length;
    count.hidden = size < COUNT_FROM;
    count.textContent = `${LONGEST - size} left`;
    showButtons();
  };
  /* While an answer comes the button stops it, until new words are there:
   * those wait their turn. */
  const showButtons = () => {
    const hasWords = words.value.trim() !== "";
    stopButton.hidden = !isLive || hasWords;
    sendButton.hidden = isLive && !hasWords;
    sendButton.disabled = !hasWords;
  };
  const send = () => {
    const said = words.value.trim();
    if (said === "") return;
    words.value = "";
    fit();
    ask(said);
    if (matchMedia("(pointer: coarse)").matches) words.blur();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  words.addEventListener("input", fit);
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  stopButton.addEventListener("click", () => {
    stop();
    words.focus();
  });
  fit();

  return {
    update(live) {
      isLive = live !== undefined;
      stopButton.disabled = live?.status === "stopping";
      showButtons();
    },
    focus: () => words.focus(),
  };
}
