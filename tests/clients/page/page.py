"""The page as a person uses it: what the tests say and see."""
import json
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 60

CONTRAST = """
const lum = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= .03928 ? c / 12.92
  : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
const parts = (text) => { const n = text.match(/[\\d.]+/g).map(Number);
  return text.startsWith("color(") ? [n[0]*255, n[1]*255, n[2]*255, n[3] ?? 1] : n; };
const behind = (el) => { for (; el; el = el.parentElement) {
  const c = parts(getComputedStyle(el).backgroundColor); if ((c[3] ?? 1) > .99) return c; }
  return [255, 255, 255]; };
const bad = [];
for (const el of document.querySelectorAll("body *")) {
  if (!el.checkVisibility() || el.closest(".visually-hidden, .skip, .is-gone, :disabled, svg")) continue;
  const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own) continue;
  const a = lum(parts(getComputedStyle(el).color)), b = lum(behind(el));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) bad.push(`${el.className || el.localName}: ${ratio.toFixed(2)}`);
}
return bad;
"""


class Page:
    def __init__(self, browser, base):
        self.browser, self.base = browser, base

    # --- coming here

    def visit_as_a_stranger(self):
        self.size(1440, 900)
        self.prefers("light")
        self.browser.get(self.base + "icon.svg")
        self.browser.execute_script("localStorage.clear()")
        self.browser.get(self.base)
        self.complaints()

    def size(self, width, height):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def prefers(self, scheme):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def reload(self):
        self.browser.refresh()

    # --- doing

    def ask(self, words):
        box = self.one("#words")
        box.send_keys(words)
        box.send_keys(Keys.ENTER)

    def press(self, *keys):
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)

    def click(self, selector):
        self.browser.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})",
            self.one(selector))
        self.one(selector).click()

    # --- seeing

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim())",
            selector)

    def until(self, condition, what):
        return WebDriverWait(self.browser, PATIENCE_S, 0.05).until(
            lambda _: condition(), f"not seen: {what}")

    def until_seen(self, selector, count=1):
        return self.until(lambda: len(self.all(selector)) >= count and self.all(selector),
                          f"{count} of {selector}")

    def until_status(self, *wanted):
        self.until(lambda: self.statuses() and self.statuses()[-1] in wanted,
                   f"a turn that is {wanted}")
        return self.statuses()[-1]

    def statuses(self):
        return [turn.get_attribute("data-status") for turn in self.all(".turn")]

    def script(self, code):
        return self.browser.execute_script(code)

    def focused(self):
        return self.script("const e = document.activeElement; "
                           "return e.id || e.className || e.localName")

    def complaints(self):
        """What the console has said since the last call, pictures' absence aside."""
        return [entry["message"] for entry in self.browser.get_log("browser")
                if entry["level"] == "SEVERE" and "/pictures/" not in entry["message"]]

    def foreign_loads(self):
        return self.script("return performance.getEntriesByType('resource').map((e) => e.name)"
                           ".filter((url) => new URL(url).host !== location.host)")

    def is_wider_than_the_screen(self):
        return self.script("return document.documentElement.scrollWidth > "
                           "document.documentElement.clientWidth")

    def weak_contrasts(self):
        return self.script(CONTRAST)

    def asked(self):
        """Mock only: every RunAgentInput that the page has sent."""
        with urllib.request.urlopen(self.base + "mock/asked") as answer:
            return json.load(answer)

    def cut_sockets(self):
        """Mock only: every socket falls."""
        urllib.request.urlopen(urllib.request.Request(self.base + "mock/cut", method="POST"))

    def keep_picture(self, path):
        self.browser.save_screenshot(str(path))
