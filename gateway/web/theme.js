/* Light or dark before the first paint, so that nothing flashes.  A classic
 * script on purpose: modules run only after the page has been drawn. */
(() => {
  const html = document.documentElement;
  let chosen = null;
  try {
    chosen = localStorage.getItem("ensemble.theme");
  } catch { /* storage off: the system's choice */ }
  if (chosen === "light" || chosen === "dark") html.dataset.theme = chosen;
  if (new URLSearchParams(location.search).get("embed") === "1") html.dataset.embed = "";
})();
