"""The sample shop is a feed as a merchant would have it, and has what people ask for."""
import csv
import pathlib
import re
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "wardrobe" / "sample"
PICTURE = re.compile(r"/pictures/([a-z-]+)\.svg\?c=([0-9a-f]{6})")
PRICE = re.compile(r"\d+\.\d\d USD")
INTERVAL = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")

# makers whose names a shop that doesn't exist must not use
REAL_BRANDS = """nike adidas puma zara uniqlo gucci prada levi's levis burberry chanel dior hermes patagonia
columbia lululemon asics converse birkenstock barbour everlane asos mango lacoste reebok salomon gore-tex
ray-ban swatch rolex velcro h&m gap buff vans""".split()

SHELVES = """Hats Scarves Sunglasses Gloves Ties Belts Bags Backpacks Wallets Necklaces Earrings Bracelets Rings Watches
Socks Tights Underwear Bras Nightwear Swimwear T-Shirts Tops Polo_Shirts Shirts Blouses Knitwear Cardigans
Hoodies_&_Sweatshirts Jackets Blazers Coats Raincoats Vests Trousers Chinos Jeans Leggings Shorts Skirts Dresses
Jumpsuits Suits Activewear Sandals Sneakers Loafers Dress_Shoes Flats Heels Boots Baby""".split()


@pytest.fixture(scope="module")
def rows():
    text = (SAMPLE / "shop.tsv").read_bytes().decode("utf-8")    # strict: not UTF-8 fails here
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def groups(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["item_group_id"]].append(row)
    return found


def money(text):
    assert PRICE.fullmatch(text), text
    return round(float(text.split()[0]) * 100)


def test_the_feed_is_what_its_sources_give():
    subprocess.run([sys.executable, SAMPLE / "make_feed.py", "--check"], check=True)


def test_it_is_large_enough(rows, groups):
    assert len(groups) >= 320
    assert len(rows) >= 2400


def test_every_line_has_every_column(rows):
    for row in rows:
        assert None not in row and None not in row.values(), row["id"]


def test_ids_are_unique_and_fit(rows):
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    for row in rows:
        assert 1 <= len(row["id"]) <= 50 and 1 <= len(row["item_group_id"]) <= 50
        assert re.fullmatch(r"[A-Za-z0-9._-]+", row["id"]), row["id"]


def test_texts_fit(rows):
    for row in rows:
        assert 1 <= len(row["title"]) <= 150
        assert 12 <= len(row["description"]) <= 5000
        assert len(row["brand"]) <= 70
        assert len(row["color"]) <= 100 and all(len(part) <= 40 for part in row["color"].split("/"))
        assert len(row["material"]) <= 200


def test_words_of_google_are_used(rows):
    for row in rows:
        assert row["availability"] in {"in_stock", "out_of_stock", "preorder", "backorder"}
        assert row["condition"] == "new"
        assert row["gender"] in {"male", "female", "unisex"}
        assert row["age_group"] in {"newborn", "infant", "toddler", "kids", "adult"}
        assert row["size_system"] in {"", "EU", "US", "UK"}
        assert row["size_type"] in {"", "plus", "maternity"}
        assert row["link"].startswith("https://shop.example/p/")
        assert row["google_product_category"].split(" > ")[0] in {"Apparel & Accessories", "Luggage & Bags"}


def test_gtins_are_examples_with_a_right_check_digit(rows):
    given = [row["gtin"] for row in rows if row["gtin"]]
    assert given and len(set(given)) == len(given)
    for gtin in given:
        assert re.fullmatch(r"952\d{10}", gtin)
        assert sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(gtin)) % 10 == 0


def test_about_a_tenth_is_out_of_stock(rows, groups):
    count = Counter(row["availability"] for row in rows)
    assert 0.07 < count["out_of_stock"] / len(rows) < 0.13
    assert 0 < count["preorder"] + count["backorder"] < 40
    gone = [g for g, rows in groups.items() if all(r["availability"] == "out_of_stock" for r in rows)]
    assert len(gone) < len(groups) / 20


def test_sales_are_lower_than_prices(groups):
    sales = [rows[0] for rows in groups.values() if rows[0]["sale_price"]]
    assert len(groups) / 9 < len(sales) < len(groups) / 3
    for rows in groups.values():
        for row in rows:
            money(row["price"])
            if row["sale_price"]:
                assert 0 < money(row["sale_price"]) < money(row["price"]), row["id"]
            when = row["sale_price_effective_date"]
            if when:
                assert row["sale_price"] and INTERVAL.fullmatch(when), row["id"]
                assert when.split("/")[0] < when.split("/")[1]


def test_some_sales_run_and_some_are_over(groups):
    ends = [rows[0]["sale_price_effective_date"].split("/")[1] for rows in groups.values()
            if rows[0]["sale_price_effective_date"]]
    assert any(end < "2026-11-01" for end in ends)
    assert any(end >= "2027-12-31" for end in ends)


def test_there_is_something_for_every_purse(groups):
    prices = sorted(money(rows[0]["price"]) for rows in groups.values())
    assert prices[0] < 1500 and prices[-1] > 26000
    assert sum(1200 <= price <= 26000 for price in prices) > 0.9 * len(prices)


def test_variants_of_a_product_agree(groups):
    for group, rows in groups.items():
        for field in ("description", "brand", "price", "sale_price", "gender", "age_group", "material",
                      "product_type", "size_system", "size_type", "link", "product_highlight"):
            assert len({row[field] for row in rows}) == 1, (group, field)
        sizes = defaultdict(list)
        for row in rows:
            sizes[row["color"]].append(row["size"])
        assert len({tuple(run) for run in sizes.values()}) == 1, group
        for run in sizes.values():
            assert len(set(run)) == len(run) and all(run), group


def test_no_two_products_share_a_text(groups):
    assert len({rows[0]["description"] for rows in groups.values()}) == len(groups)
    assert len({rows[0]["link"] for rows in groups.values()}) == len(groups)


def test_no_description_repeats_anothers_sentence(groups):
    seen = {}
    for group, rows in groups.items():
        for sentence in re.split(r"(?<=[.!?])\s+", rows[0]["description"]):
            if len(sentence) > 25:
                assert seen.setdefault(sentence.lower(), group) == group, sentence


def test_every_shelf_is_stocked(rows):
    shelves = {word for row in rows for word in row["product_type"].split(" > ")}
    assert not [shelf for shelf in SHELVES if shelf.replace("_", " ") not in shelves]


def test_everybody_is_dressed(groups):
    who = Counter((rows[0]["gender"], rows[0]["age_group"]) for rows in groups.values())
    assert who["male", "adult"] >= 60 and who["female", "adult"] >= 100 and who["unisex", "adult"] >= 30
    assert sum(n for (_, age), n in who.items() if age != "adult") >= 20
    types = Counter(rows[0]["size_type"] for rows in groups.values())
    assert types["plus"] >= 10 and types["maternity"] >= 8


def test_plain_colours_are_common(rows):
    colours = Counter(row["color"] for row in rows)
    for plain in "black white navy blue red green beige grey brown pink".split():
        assert colours[plain] >= 20, plain


def test_brands_do_not_exist(rows):
    names = Counter(row["brand"] for row in rows)
    assert 12 <= len(names) <= 30
    words = {word for row in rows for word in re.findall(r"[a-z&'-]+", (row["title"] + " " + row["brand"]).lower())}
    assert not words & set(REAL_BRANDS)


@pytest.mark.parametrize("wanted, most, gender, sizes", [
    ("beach wedding", 20000, "male", {"M"}),
    ("beach wedding", 20000, "female", {"M", "10", "38", "One Size"}),
    ("job interview", 20000, "male", {"M", "32", "42"}),
    ("job interview", 20000, "female", {"M", "10", "38"}),
    ("winter office", 40000, "female", {"M"}),
    ("hiking", 30000, "unisex", {"M", "42"}),
    ("gym", 10000, "male", {"L"}),
    ("first date", 20000, "female", {"S"}),
    ("black tie", 50000, "female", {"M", "12"}),
    ("festival", 10000, "unisex", {"One Size", "M"}),
    ("rainy commute", 20000, "male", {"L"}),
    ("maternity", 10000, "female", {"L"}),
    ("kids birthday", 4000, "unisex", {"5Y"}),
    ("wool-free", 10000, "female", {"M"}),
])
def test_real_questions_have_answers(rows, wanted, most, gender, sizes):
    found = {row["item_group_id"] for row in rows
             if wanted in row["product_highlight"] and row["gender"] == gender and row["size"] in sizes
             and row["availability"] == "in_stock" and money(row["sale_price"] or row["price"]) <= most}
    assert len(found) >= 2, found


def test_wool_free_means_it(rows):
    for row in rows:
        if "wool-free" in row["product_highlight"] or "vegan" in row["product_highlight"].split(", "):
            animal = {"wool", "merino wool", "lambswool", "cashmere", "alpaca", "down"} & set(row["material"].split("/"))
            assert not animal, row["id"]
        if "vegan" in row["product_highlight"].split(", "):
            assert not {"leather", "silk", "suede"} & set(row["material"].split("/")), row["id"]


def test_every_picture_is_drawn(rows):
    for row in rows:
        name, _ = PICTURE.fullmatch(row["image_link"]).groups()
        assert (SAMPLE / "pictures" / f"{name}.svg").is_file(), name


def test_drawings_are_small_tinted_and_alone():
    drawings = sorted((SAMPLE / "pictures").glob("*.svg"))
    assert len(drawings) >= 30
    for drawing in drawings:
        text = drawing.read_text(encoding="utf-8")
        assert len(text.encode()) <= 4096, drawing.name
        assert "#c0ffee" in text and 'viewBox="0 0 240 300"' in text, drawing.name
        for bad in ("<script", "<style", "<image", "<foreignObject", "url(http", "xlink", "onload", "<!ENTITY"):
            assert bad not in text, (drawing.name, bad)
        assert not re.search(r'href="(?!#)', text), drawing.name
