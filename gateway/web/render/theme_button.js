/* Light and dark: the system's choice until the shopper makes one. */

const KEY = "ensemble.theme";

/** Make the button switch the appearance, and remember it. */
export function bindTheme(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const html = document.documentElement;
  const isDark = () => (html.dataset.theme ? html.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    html.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, html.dataset.theme);
    } catch { /* storage off: it holds for this visit */ }
    show();
  });
  system.addEventListener("change", show);
  show();
}
