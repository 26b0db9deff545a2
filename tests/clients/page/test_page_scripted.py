"""What the page makes of rare answers: each is in the mock gateway's script."""
import pytest

pytest.importorskip("selenium", reason="skipped: needs python3-selenium")
from selenium.webdriver.common.keys import Keys  # noqa: E402


def test_first_finds_stand_before_the_first_word(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen(".finds .card[data-product]", 4)
    assert mock_page.texts(".prose") == []


def test_cards_stand_beside_the_paragraph_that_names_them(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    rows = mock_page.script("""return [...document.querySelectorAll(".spread")].map((s) =>
        [...s.querySelectorAll(".shelf-name")].map((n) => n.textContent))""")
    assert rows == [[], ["Top"], ["Bottom"], ["Shoes", "Hat"]]


def test_a_sale_shows_both_prices(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    card = mock_page.one(".story .card[data-product=LN-204]")
    assert "$49" in card.text and "$69" in card.text


def test_the_wardrobes_choice_comes_first_and_says_why(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    first = mock_page.all(".spread:nth-child(3) .card")[0]
    assert first.get_attribute("data-product") == "TR-044"
    assert "The pleat lifts" in first.text and "In your look" in first.text


def test_the_look_adds_up_against_the_budget(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    look = mock_page.one(".look").text
    assert "$161" in look and "of $200" in look and "Still open: hat." in look
    assert mock_page.texts(".look-title") == [
        "Linen Camp Shirt", "Pleated Cotton Chinos", "Leather Espadrilles"]


def test_an_empty_slot_says_why_and_offers_to_drop_what_blocks(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    assert mock_page.texts(".empty-note") == [
        "Nothing here keeps the budget. Without the budget there would be 4 pieces, from $62."]
    mock_page.click(".relax")
    mock_page.until(lambda: len(mock_page.all(".turn")) == 2, "a second turn")
    assert mock_page.asked()[-1]["forwardedProps"]["criteria"] == [
        {"op": "remove", "path": "/budget.outfit"}]
    mock_page.until_status("done")
    assert "under $200 for the outfit" not in mock_page.texts(".chip")


def test_a_chip_taken_out_meanwhile_goes_with_the_next_question(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen(".chip")
    mock_page.click(".chip[data-key='size.letters']")
    mock_page.until_seen(".chip.is-removed")
    assert "next question" in mock_page.one(".chip-note").text
    mock_page.until_status("done")
    mock_page.click("#look-again")
    mock_page.until(lambda: len(mock_page.all(".turn")) == 2, "a second turn")
    assert mock_page.asked()[-1]["forwardedProps"]["criteria"] == [
        {"op": "remove", "path": "/size.letters"}]


def test_withdrawn_cards_say_why_they_went(mock_page):
    mock_page.ask("withdraw something")
    mock_page.until_status("done")
    gone = mock_page.all(".card.is-gone")
    assert {card.get_attribute("data-product") for card in gone} == {"LN-077", "TR-044", "SH-310"}
    assert "not in your size" in mock_page.one(".story [data-product=TR-044]").text
    assert len(mock_page.all(".finds .shelf")) == 1
    assert mock_page.one(".finds [data-product=SH-128]:not(.is-gone)")
    other = mock_page.all(".finds [data-product=LN-204]")
    assert len(other) == 1 and "navy" in other[0].find_element("css selector", "img").get_attribute("alt")
    assert "without the psychologist" in mock_page.one(".turn-foot").text


def test_an_error_is_a_sentence_with_a_way_on(mock_page):
    mock_page.ask("break please")
    mock_page.until_status("failed")
    assert "MODEL_KEY" in mock_page.one(".error").text
    mock_page.click(".retry")
    mock_page.until(lambda: len(mock_page.asked()) >= 2, "the question again")
    mock_page.until_status("failed")
    assert len(mock_page.all(".turn")) == 1


def test_a_cut_socket_resumes_and_nothing_comes_twice(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen(".prose p")
    mock_page.cut_sockets()
    mock_page.until_status("done")
    assert len(mock_page.all(".spread")) == 4
    assert mock_page.texts(".prose")[1].count("Begin with") == 1
    assert not mock_page.one("#connection").is_displayed()


def test_a_reload_in_the_middle_goes_on(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen(".prose p")
    mock_page.reload()
    mock_page.until_status("done")
    assert mock_page.texts(".question") == ["a beach wedding"]
    assert len(mock_page.all(".spread")) == 4
    mock_page.ask("cheaper")
    mock_page.until(lambda: mock_page.statuses() == ["done", "done"], "the next answer")


def test_a_stop_after_a_resume_arrives(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen(".prose p")
    mock_page.reload()
    mock_page.until_seen(".prose p")
    mock_page.press(Keys.ESCAPE)
    mock_page.until_status("stopped")


def test_a_missing_picture_becomes_a_monogram(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_status("done")
    mock_page.script("document.querySelector('.story .card[data-product=SH-310]')"
                     ".scrollIntoView({behavior: 'instant'})")
    mock_page.until(lambda: "CR" in mock_page.texts(".story [data-product=SH-310] .monogram"),
                    "the monogram")


def test_the_understudy_is_named(mock_page):
    mock_page.ask("a beach wedding")
    mock_page.until_seen("#model:not([hidden])")
    assert "no language model is connected" in mock_page.one("#model").text


def test_a_shop_can_embed_the_page(mock_page):
    mock_page.browser.get(mock_page.base + "?embed=1")
    assert not mock_page.one(".top").is_displayed()
    assert mock_page.one("#words").is_displayed()
