"""The wardrobe as a real process, over the real bus: the test is its orchestrator."""
import csv
import itertools
import json

import pytest

from daemons import SAMPLE_SHOP, import_feed, wait_until

STEPS = itertools.count(1)
pytestmark = pytest.mark.usefixtures("home")  # all of it for both homes of a catalogue


@pytest.fixture
def wardrobe(ensemble, fake):
    """A wardrobe with the sample shop, that has said what it sells."""
    import_feed(ensemble.state, SAMPLE_SHOP)
    daemon = ensemble.start("wardrobe")
    daemon.route, daemon.facets = fake.expect("FACETS")
    return daemon


def lookup(fake, route, words="", **fields):
    message = {"words": words, "slot": "", "wish": None, "criteria": {}, "early": 0, "limit": 6, "version": "", **fields}
    fake.send(route, "LOOKUP", **message)
    return fake.expect("FOUND")[1]


def test_facets_come_first_and_are_small(wardrobe):
    facets = wardrobe.facets["facets"]
    assert len(json.dumps(facets, separators=(",", ":"), ensure_ascii=False).encode()) < 2048
    assert facets["currency"] == "USD" and facets["count"] > 300
    slots = {category["slot"] for category in facets["categories"]}
    assert {"top", "bottom", "shoes"} <= slots
    assert "chooses" not in facets
    assert {"Paloma Quist", "Halden & Moth"} <= set(facets["brands"]), "a shop's small brands too, where there is room"


def test_the_shoppers_own_words_bring_a_varied_outfit(wardrobe, fake):
    found = lookup(fake, wardrobe.route, "I need something for a beach wedding in July, under 200 dollars, I'm an M", early=1)
    result = found["result"]
    assert result["outcome"] == "found" and result["early"] is True and result["version"] == found["version"]
    assert len(result["products"]) >= 4
    assert len({traits["slot"] for traits in found["traits"]}) >= 3
    assert len(found["traits"]) == len(result["products"])
    for product in result["products"]:
        assert product["price"]["amount"] <= 20000
        assert len(json.dumps(product).encode()) < 1024
        assert product["why"]


def test_how_many_counts_the_whole_shelf_and_nothing_else(wardrobe, fake):
    shelf = {row["item_group_id"] for row in csv.DictReader(open(SAMPLE_SHOP, encoding="utf-8"), delimiter="\t")
             if row["product_type"].endswith("> Dresses")}
    counted = lookup(fake, wardrobe.route, "How many dresses do you have?", early=1)["result"]["count"]
    assert counted == len(shelf) == 27, "a baby's knotted gown is no evening gown"


def test_hard_criteria_hold_over_the_bus(wardrobe, fake):
    criteria = {"size.letters": {"field": "size", "slot": "all", "class": "letters", "any": ["M"]},
                "colour": {"field": "colour", "slot": "all", "any": ["black"]},
                "budget.item": {"field": "price", "slot": "all", "scope": "item", "max": 6000, "currency": "USD"}}
    result = lookup(fake, wardrobe.route, wish={"slot": "top", "category": "t-shirts"}, criteria=criteria, limit=24)["result"]
    assert result["outcome"] == "found"
    for product in result["products"]:
        assert product["price"]["amount"] <= 6000 and "M" in product["sizes"] and "black" in product["colour"]
    nothing = lookup(fake, wardrobe.route, wish={"category": "dresses"},
                     criteria={"budget.item": {"field": "price", "max": 100, "currency": "USD"}})["result"]
    assert nothing["outcome"] == "none_match" and nothing["products"] == []
    assert nothing["blocked_by"] == ["price"] and nothing["relaxation"]["count"] > 0


def wish(category, description, **more):
    return {"slot": "", "category": category, "description": description, **more}


def titles(found):
    return [product["title"] for product in found["result"]["products"]]


def test_who_asks_for_vegan_things_gets_nothing_of_animals(wardrobe, fake):
    flats = wish("flats", "tan ballet flats", slot="shoes", colour="tan")
    assert any("Leather" in title for title in titles(lookup(fake, wardrobe.route, wish=flats)))
    criteria = {"style": {"field": "style", "slot": "all", "any": ["vegan"]}}
    for more in ({"criteria": criteria}, {"said": "vegan shoes for the office"}):
        found = titles(lookup(fake, wardrobe.route, wish=flats, **more))
        assert found and not any("Leather" in title or "Suede" in title for title in found), found


def test_who_is_expecting_gets_what_is_made_for_it(wardrobe, fake):
    gown = wish("dresses", "light blue satin gown", slot="dress", colour="light blue")
    plain = lookup(fake, wardrobe.route, wish=gown)["result"]["products"]
    assert plain and not any(p["brand"] == "Ninefold" for p in plain)
    criteria = {"style": {"field": "style", "slot": "all", "any": ["maternity"]}}
    for more in ({"criteria": criteria}, {"said": "a maternity dress"}):
        products = lookup(fake, wardrobe.route, wish=gown, **more)["result"]["products"]
        assert products and all(p["brand"] == "Ninefold" for p in products)
    bag = lookup(fake, wardrobe.route, wish=wish("bags", "a tote bag"), criteria=criteria)
    assert titles(bag), "nobody makes maternity bags"


@pytest.mark.parametrize("age, kind", [("toddler", "boots"), ("newborn", "")])
def test_the_smallest_may_wear_what_begins_at_their_size(wardrobe, fake, age, kind):
    criteria = {"age_group": {"field": "age_group", "slot": "all", "any": [age]}}
    found = lookup(fake, wardrobe.route, wish=wish(kind, kind or "bodysuit"), criteria=criteria)["result"]
    assert found["outcome"] == "found" and all(p["brand"] == "Pocket Otter" for p in found["products"])


def test_traits_name_the_colours_family(wardrobe, fake):
    wanted = {"light blue": "blue", "navy": "navy", "pink": "pink", "olive": "green"}
    for colour, family in wanted.items():
        found = lookup(fake, wardrobe.route, wish=wish("", colour), criteria={
            "colour": {"field": "colour", "slot": "all", "any": [colour]}})
        pairs = {p["colour"]: t["colour_family"] for p, t in zip(found["result"]["products"], found["traits"])}
        assert pairs.get(colour) == family, pairs


def test_light_blue_is_no_navy_where_no_light_blue_is_known(fake, ensemble, tmp_path):
    feed = tmp_path / "blues.tsv"
    feed.write_text("id\ttitle\tproduct_type\tcolor\tprice\tavailability\n"
                    "b1\tNavy Blue Formal Shirt\tShirts\tNavy Blue\t5.00 USD\tin_stock\n"
                    "b2\tFormal Shirt\tShirts\tBlue\t5.00 USD\tin_stock\n")
    import_feed(ensemble.state, feed)
    daemon = ensemble.start("wardrobe")
    route, _ = fake.expect("FACETS")
    assert daemon
    found = lookup(fake, route, "light blue formal shirt", early=1)["result"]["products"]
    assert [p["id"] for p in found] == ["b2"]


def test_a_brand_alone_is_something_to_look_for(wardrobe, fake):
    found = lookup(fake, wardrobe.route, "show me Halden & Moth", early=1)["result"]
    assert found["named"] and all(p["brand"] == "Halden & Moth" for p in found["products"])


def test_why_claims_no_occasion_for_what_only_may_be_worn_there(wardrobe, fake):
    criteria = {"occasion": {"field": "occasion", "slot": "all", "any": ["hiking"]}}
    boots = lookup(fake, wardrobe.route, wish=wish("boots", "boots", slot="shoes"), criteria=criteria, limit=12)
    whys = {p["title"]: p["why"] for p in boots["result"]["products"]}
    assert "hiking" not in whys.get("Heeled Ankle Boot", "")
    assert any("hiking" in why for why in whys.values())


def test_a_graduation_is_no_interview(wardrobe, fake):
    found = lookup(fake, wardrobe.route, "a green dress for my sister's graduation dinner", early=1)["result"]["products"]
    assert found and not any("interview" in p["why"] for p in found)
    assert any("graduation" in p["why"] for p in found)


def test_a_wishs_colour_does_not_bring_another_garment(wardrobe, fake):
    result = lookup(fake, wardrobe.route, wish=wish("loafers", "tan leather loafers", slot="shoes", colour="tan"))["result"]
    assert result["relaxed"] == ["colour"] and result["products"][0]["category"] == "loafers"


def test_a_card_is_checked_in_the_colour_that_it_was_shown_in(wardrobe, fake):
    brogue = wish("dress shoes", "tan brogues", slot="shoes", colour="tan")
    shown = [p for p in lookup(fake, wardrobe.route, wish=brogue)["result"]["products"] if p["colour"] == "tan"]
    assert shown
    budget = {"budget.item": {"field": "price", "max": 30000, "currency": "USD", "scope": "item"}}
    passing = lookup(fake, wardrobe.route, wish=brogue, criteria=budget, shown=[p["id"] for p in shown])["passing"]
    assert {p["variant_id"] for p in shown} == {p["variant_id"] for p in passing.values()}


def test_a_new_catalogue_is_taken_up_and_a_run_keeps_its_own(wardrobe, fake, ensemble, tmp_path):
    old = wardrobe.facets["version"]
    feed = tmp_path / "small.tsv"
    feed.write_text("id\ttitle\tproduct_type\tprice\tavailability\nx1\tTin Foil Hat\tHats\t5.00 USD\tin_stock\n")
    import_feed(ensemble.state, feed)
    new = fake.expect("FACETS")[1]["version"]
    assert new != old
    assert lookup(fake, wardrobe.route, "hat")["version"] == new
    kept = lookup(fake, wardrobe.route, "shirt", version=old)
    assert kept["version"] == old and kept["result"]["outcome"] == "found"
    assert {p["id"] for p in lookup(fake, wardrobe.route, "hat", version=new)["result"]["products"]} == {"x1"}


def test_lookups_during_an_import_are_all_answered_by_one_catalogue(wardrobe, fake, ensemble):
    for _ in range(200):
        fake.send(wardrobe.route, "LOOKUP", words="linen shirt", slot="", criteria={}, early=0, limit=6, version="")
    import_feed(ensemble.state, SAMPLE_SHOP)
    for _ in range(200):
        fake.send(wardrobe.route, "LOOKUP", words="linen shirt", slot="", criteria={}, early=0, limit=6, version="")
    assert wait_until(lambda: fake.count("FOUND") == 400, 20)
    for _, message in fake.received:
        if message["kind"] == "FOUND":
            assert message["result"]["version"] == message["version"] and message["result"]["products"]


def test_a_wardrobe_without_a_catalogue_waits_for_one(ensemble, fake):
    ensemble.start("wardrobe")
    fake.wait_for_peer()
    route = next(iter(fake.peers))
    fake.send(route, "LOOKUP", words="hat", slot="", criteria={}, early=0, limit=6, version="")
    refused = fake.expect("REFUSED")[1]
    assert refused["code"] == "no_catalogue" and refused["retry"] == 1
    import_feed(ensemble.state, SAMPLE_SHOP)
    fake.expect("FACETS")
    assert lookup(fake, route, "hat")["result"]["outcome"] == "found"


def test_odd_lookups_are_answered(wardrobe, fake):
    for fields in ({"words": "x" * 4000}, {"words": "", "limit": -1}, {"words": "\u0000"[:0] + "\U0001f457", "criteria": {"a": 7}},
                   {"words": "shirt", "wish": {"category": 3, "max_price": "much"}}, {"words": "%s%n", "slot": "nowhere"}):
        assert lookup(fake, wardrobe.route, **fields)["result"]["outcome"] in ("found", "none_match")


def test_without_a_model_a_choice_is_refused(wardrobe, fake):
    fake.send(wardrobe.route, "CHOOSE", wanted="a shirt", slot="top", lines=["a", "b"], profile={}, look=[], shopper="")
    assert fake.expect("REFUSED")[1]["code"] == "model"


def test_with_a_model_it_chooses_by_number(ensemble, fake):
    import_feed(ensemble.state, SAMPLE_SHOP)
    understudy = ensemble.start("understudy", "--port", 0, "--first-token-ms", 0, "--tokens-per-second", 0)
    daemon = ensemble.start("wardrobe", env={"MODEL_URL": f"http://127.0.0.1:{understudy.port()}/v1", "MODEL_KEY": "none",
                                             "WARDROBE_MODEL": "understudy"})
    route, facets = fake.expect("FACETS")
    assert facets["facets"]["chooses"] is True and daemon.running()
    fronts = set()
    for n in range(20):
        fake.send(route, "CHOOSE", wanted=f"a linen shirt {n}", slot="top", lines=["Linen shirt, white", "Oxford shirt, navy", "Camp shirt, sage"],
                  profile={"mood": "calm"}, look=[], shopper="")
        chosen = fake.expect("CHOSEN")[1]
        assert set(chosen["order"]) <= {1, 2, 3} and len(chosen["order"]) == len(set(chosen["order"])) > 0
        assert chosen["why"][str(chosen["order"][0])]
        assert chosen["usage"][0]["inputTokens"] > 0
        fronts.add(chosen["order"][0])
    assert len(fronts) > 1
