"""The page in Chromium, against ENSEMBLE_URL or the mock gateway.

What holds for any gateway; what needs the mock's script is in
test_page_scripted.py.  ENSEMBLE_SHOT=FILE.png keeps a picture of the answer.
"""
import os

import pytest

pytest.importorskip("selenium", reason="skipped: needs python3-selenium")
from selenium.webdriver.common.keys import Keys  # noqa: E402

QUESTION = "I need something for a beach wedding in July, under 200 dollars, I'm an M"


def test_a_question_is_answered_with_words_cards_and_chips(page):
    page.ask(QUESTION)
    page.until_seen(".card[data-product]", 4)
    page.until_status("done")
    assert page.one(".question").text == QUESTION
    assert len(" ".join(page.texts(".prose"))) > 100
    assert len(page.all(".card[data-product]")) >= 4
    assert any("M" in chip.split() for chip in page.texts(".chip"))
    assert all(page.texts(".card-title")) and all(page.texts(".card-price"))
    assert not page.all(".skeleton")
    if os.environ.get("ENSEMBLE_SHOT"):
        page.keep_picture(os.environ["ENSEMBLE_SHOT"])
    assert page.foreign_loads() == []
    assert page.complaints() == []


def test_an_example_asks_itself(page):
    page.click(".example")
    page.until_status("done")
    assert not page.one("#welcome").is_displayed()


def test_escape_stops_the_answer_and_the_next_question_is_answered(page):
    page.ask(QUESTION)
    page.until_seen(".prose p, .card[data-product]")
    page.press(Keys.ESCAPE)
    if page.until_status("stopped", "done") == "done":
        pytest.skip("skipped: the answer was faster than the key")
    assert page.one("#stop").is_displayed() is False
    page.ask("Something for a rainy walk")
    page.until_status("done")


def test_a_second_question_stays_in_the_conversation(page):
    page.ask(QUESTION)
    page.ask("cheaper")
    page.until(lambda: page.statuses() == ["done", "done"], "two answers")
    assert page.texts(".question") == [QUESTION, "cheaper"]


def test_removing_a_chip_asks_again_without_it(page):
    page.ask(QUESTION)
    page.until_status("done")
    chip = page.texts(".chip")[0]
    page.click(".chip")
    page.until(lambda: len(page.all(".turn")) == 2, "a second turn")
    assert chip in page.texts(".question")[-1]
    page.until_status("done")
    assert chip not in page.texts(".chip")


def test_new_conversation_begins_empty(page):
    page.ask(QUESTION)
    page.until_status("done")
    page.script("scrollTo(0, 0)")
    page.click("#new")
    page.until(page.one("#welcome").is_displayed, "the welcome")
    assert page.all(".turn") == [] and not page.one("#chips").is_displayed()
    page.reload()
    assert page.one("#welcome").is_displayed()


def test_reload_restores_the_conversation(page):
    page.ask(QUESTION)
    page.until_status("done")
    words, cards = page.texts(".prose"), page.texts(".card-title")
    chips, look = page.texts(".chip"), page.texts(".look-title")
    page.reload()
    page.until_seen(".turn")
    assert page.texts(".question") == [QUESTION]
    assert page.texts(".prose") == words
    assert sorted(page.texts(".card-title")) == sorted(cards)
    assert page.texts(".chip") == chips
    assert page.texts(".look-title") == look


def test_a_forgotten_conversation_is_gone_from_the_server(page):
    page.ask(QUESTION)
    page.until_status("done")
    thread = page.script("return JSON.parse(localStorage['ensemble.conversation']).threadId")
    page.script("scrollTo(0, 0)")
    page.click("#forget")
    page.click("#forget-dialog .solid-button")
    page.until(page.one("#welcome").is_displayed, "the welcome")
    status = page.browser.execute_async_script(
        "fetch('threads/' + arguments[0]).then((a) => arguments[1](a.status))", thread)
    assert status == 404


def test_dark_is_the_systems_until_the_shopper_chooses(page):
    paper = "return getComputedStyle(document.documentElement).backgroundColor"
    light = page.script(paper)
    page.prefers("dark")
    dark = page.script(paper)
    assert dark != light
    page.click("#theme")
    assert page.script(paper) == light
    page.reload()
    assert page.script(paper) == light
    page.click("#theme")
    assert page.script(paper) == dark


def test_everything_can_be_done_with_the_keyboard(page):
    for _ in range(20):
        if page.focused() == "words":
            break
        page.press(Keys.TAB)
    assert page.focused() == "words"
    page.press("a white shirt", Keys.SHIFT + Keys.ENTER, "size M")
    page.press(Keys.SHIFT)
    assert page.all(".turn") == []
    page.press(Keys.ENTER)
    page.until_status("done")
    assert page.focused() == "words"
    for _ in range(30):
        page.script("")
        if page.focused() == "chip":
            break
        page.press(Keys.SHIFT + Keys.TAB)
    assert page.focused() == "chip"
    page.press(Keys.ENTER)
    page.until(lambda: len(page.all(".turn")) == 2, "the chip's question")


@pytest.mark.parametrize("width", [320, 360, 768])
def test_nothing_is_wider_than_the_screen(page, width):
    page.size(width, 800)
    assert not page.is_wider_than_the_screen()
    page.ask(QUESTION)
    page.until_seen(".card[data-product]")
    assert not page.is_wider_than_the_screen()
    page.until_status("done")
    assert not page.is_wider_than_the_screen()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(page, scheme):
    page.prefers(scheme)
    page.reload()
    assert page.weak_contrasts() == []
    page.ask(QUESTION)
    page.until_status("done")
    assert page.weak_contrasts() == []


def test_a_screen_reader_finds_its_way(page):
    page.ask(QUESTION)
    page.until_status("done")
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(f"body > {landmark}, body > header > {landmark}")) == 1
    assert page.script("""return [...document.querySelectorAll("button, textarea, a")]
        .filter((e) => e.checkVisibility() && !e.innerText.trim()
          && !e.getAttribute("aria-label") && !e.labels?.length).length""") == 0
    assert page.script("return [...document.images].every((i) => i.hasAttribute('alt'))")
    assert page.script("return [...document.querySelectorAll('.turn')]"
                       ".every((t) => document.getElementById(t.getAttribute('aria-labelledby')))")
    assert "ready" in page.one("#announcer").get_attribute("textContent")


def test_a_question_has_at_most_4000_characters_and_says_so(page):
    page.script("""const box = document.getElementById("words"); box.value = "x".repeat(3990);
        box.dispatchEvent(new Event("input"))""")
    assert page.one("#count").text == "10 left"
    page.one("#words").send_keys("y" * 20)
    assert page.script("return document.getElementById('words').value.length") == 4000
