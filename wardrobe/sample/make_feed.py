#!/usr/bin/env python3
"""Make shop.tsv, the sample shop's Google Merchant feed, out of products/*.txt.

    ./make_feed.py            write shop.tsv beside this file
    ./make_feed.py --check    say whether shop.tsv is what the sources give; 1 if not

A file in products/ is one brand: a head of `key: value` lines, then products with a blank line
between them.  A product is one line of fields and the words a shopper reads:

    code | title | kind[:drawing] | who | sizes | colours | price | materials | further facts
    description, on as many lines as it takes

Only what is mechanical is done here: variants (colour x size), ids, links, stock.  What is out of
stock follows from the variant's id alone, so that a new product changes no other's row.
"""
import csv
import hashlib
import io
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = """id title description link image_link availability price sale_price sale_price_effective_date
brand gtin condition google_product_category product_type item_group_id color size size_system size_type
gender age_group material pattern product_highlight""".split()

# kind: drawing, Google's category, the shop's own shelf
CLOTHING = "Apparel & Accessories > Clothing > "
WORN = "Apparel & Accessories > Clothing Accessories > "
JEWELRY = "Apparel & Accessories > Jewelry > "
BAGS = "Apparel & Accessories > Handbags, Wallets & Cases > "
KINDS = {
    "tee": ("t-shirt", CLOTHING + "Shirts & Tops", "T-Shirts"),
    "top": ("blouse", CLOTHING + "Shirts & Tops", "Tops"),
    "tank": ("tank", CLOTHING + "Shirts & Tops", "Tops"),
    "polo": ("polo", CLOTHING + "Shirts & Tops", "Polo Shirts"),
    "shirt": ("shirt", CLOTHING + "Shirts & Tops", "Shirts"),
    "blouse": ("blouse", CLOTHING + "Shirts & Tops", "Blouses"),
    "knit": ("knit", CLOTHING + "Shirts & Tops", "Knitwear"),
    "cardigan": ("cardigan", CLOTHING + "Shirts & Tops", "Knitwear > Cardigans"),
    "hoodie": ("hoodie", CLOTHING + "Shirts & Tops", "Hoodies & Sweatshirts"),
    "sweat": ("knit", CLOTHING + "Shirts & Tops", "Hoodies & Sweatshirts"),
    "jacket": ("jacket", CLOTHING + "Outerwear > Coats & Jackets", "Jackets"),
    "blazer": ("blazer", CLOTHING + "Outerwear > Coats & Jackets", "Blazers"),
    "coat": ("coat", CLOTHING + "Outerwear > Coats & Jackets", "Coats"),
    "raincoat": ("raincoat", CLOTHING + "Outerwear > Coats & Jackets", "Raincoats"),
    "vest": ("vest", CLOTHING + "Outerwear > Vests", "Vests"),
    "trousers": ("trousers", CLOTHING + "Pants", "Trousers"),
    "chinos": ("chinos", CLOTHING + "Pants", "Chinos"),
    "jeans": ("jeans", CLOTHING + "Pants", "Jeans"),
    "leggings": ("leggings", CLOTHING + "Activewear", "Activewear > Leggings"),
    "sports": ("t-shirt", CLOTHING + "Activewear", "Activewear"),
    "shorts": ("shorts", CLOTHING + "Shorts", "Shorts"),
    "skirt": ("skirt-midi", CLOTHING + "Skirts", "Skirts"),
    "dress": ("dress-wrap", CLOTHING + "Dresses", "Dresses"),
    "jumpsuit": ("jumpsuit", CLOTHING + "One-Pieces > Jumpsuits & Rompers", "Jumpsuits"),
    "suit": ("suit", CLOTHING + "Suits", "Suits"),
    "swim": ("swimsuit", CLOTHING + "Swimwear", "Swimwear"),
    "underwear": ("underwear", CLOTHING + "Underwear & Socks > Underwear", "Underwear"),
    "bra": ("bra", CLOTHING + "Underwear & Socks > Bras", "Underwear > Bras"),
    "socks": ("socks", CLOTHING + "Underwear & Socks > Socks", "Socks"),
    "tights": ("leggings", CLOTHING + "Underwear & Socks > Hosiery", "Socks > Tights"),
    "nightwear": ("pyjamas", CLOTHING + "Sleepwear & Loungewear", "Nightwear"),
    "baby": ("romper", CLOTHING + "Baby & Toddler Clothing > Baby One-Pieces", "Baby"),
    "sandals": ("sandals", "Apparel & Accessories > Shoes", "Shoes > Sandals"),
    "sneakers": ("sneakers", "Apparel & Accessories > Shoes", "Shoes > Sneakers"),
    "loafers": ("loafers", "Apparel & Accessories > Shoes", "Shoes > Loafers"),
    "dress-shoes": ("oxford", "Apparel & Accessories > Shoes", "Shoes > Dress Shoes"),
    "flats": ("flats", "Apparel & Accessories > Shoes", "Shoes > Flats"),
    "heels": ("heels", "Apparel & Accessories > Shoes", "Shoes > Heels"),
    "boots": ("boots", "Apparel & Accessories > Shoes", "Shoes > Boots"),
    "hat": ("sun-hat", WORN + "Hats", "Hats"),
    "scarf": ("scarf", WORN + "Scarves & Shawls", "Scarves"),
    "gloves": ("gloves", WORN + "Gloves & Mittens", "Gloves"),
    "belt": ("belt", WORN + "Belts", "Belts"),
    "tie": ("tie", WORN + "Neckties", "Ties"),
    "sunglasses": ("sunglasses", WORN + "Sunglasses", "Sunglasses"),
    "necklace": ("necklace", JEWELRY + "Necklaces", "Jewellery > Necklaces"),
    "earrings": ("earrings", JEWELRY + "Earrings", "Jewellery > Earrings"),
    "bracelet": ("bracelet", JEWELRY + "Bracelets", "Jewellery > Bracelets"),
    "ring": ("ring", JEWELRY + "Rings", "Jewellery > Rings"),
    "watch": ("watch", JEWELRY + "Watches", "Jewellery > Watches"),
    "bag": ("crossbody", BAGS + "Handbags", "Bags"),
    "backpack": ("backpack", "Luggage & Bags > Backpacks", "Bags > Backpacks"),
    "wallet": ("wallet", BAGS + "Wallets & Money Clips", "Wallets"),
}

# who: gender, age group, the shelf's first word
WHO = {
    "m": ("male", "adult", "Men"),
    "w": ("female", "adult", "Women"),
    "u": ("unisex", "adult", "Unisex"),
    "boy": ("male", "kids", "Kids"),
    "girl": ("female", "kids", "Kids"),
    "kid": ("unisex", "kids", "Kids"),
    "toddler": ("unisex", "toddler", "Kids"),
    "infant": ("unisex", "infant", "Baby"),
    "newborn": ("unisex", "newborn", "Baby"),
}

LETTERS = "XXS XS S M L XL XXL 3XL 4XL".split()
PLUS = "1X 2X 3X 4X 5X".split()


def sizes_of(text):
    """The sizes that `S-XL`, `EU 36-41`, `US 7-11h`, `W 28-36`, `K 2-10`, `one` or a list stand for,
    and the country whose sizes they are, if any."""
    system, words = "", text.split()
    if words[0] in ("EU", "US", "UK"):
        system = words.pop(0)
    form = words.pop(0) if words[0] in ("W", "WL", "D", "K") else ""
    if words == ["one"]:
        return ["One Size"], ""
    if form == "WL":                        # waist x leg
        return [f"{w}x{leg}" for w in steps(words[0], 2) for leg in words[1].split(",")], "US"
    found = []
    parts = [part.strip() for part in " ".join(words).split(",")]
    for part in parts:
        first, _, last = part.partition("-")
        for scale in (LETTERS, PLUS):
            if first in scale and last in scale:
                found += scale[scale.index(first):scale.index(last) + 1]
                break
        else:
            if re.fullmatch(r"\d+-\d+h?", part) and len(parts) == 1:    # in a list, `39-42` is one size
                found += steps(part, 2 if form else 1)
            else:
                found.append(part)
    if form == "K":
        found = [f"{size}Y" for size in found]
    return found, system or ("US" if form in ("W", "D") else "")


def steps(text, by):
    """`36-41` as its numbers, `7-9h` with the halves between."""
    first, _, last = text.rstrip("h").partition("-")
    numbers = [n for n in range(int(first), int(last or first) + 1, by)]
    if not text.endswith("h"):
        return [str(n) for n in numbers]
    return [s for n in numbers for s in (str(n), f"{n}.5")][:-1]


def share(*words):
    """A number in 0..1 that follows from WORDS alone."""
    return int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:4], "big") / 2**32


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "").replace("é", "e")).strip("-")


def code_of(colour, taken):
    """Three letters for COLOUR as a stock list has them, none of TAKEN."""
    letters = re.sub(r"[^A-Z]", "", colour.upper())
    consonants = letters[0] + re.sub(r"[AEIOU]", "", letters[1:])
    for code in (consonants[:2] + consonants[2:][-1:], letters[:3], letters[0] + consonants[-2:], letters[:2] + letters[-1]):
        if len(code) == 3 and code not in taken:
            return code
    return letters[:4]


def gtin_of(variant):
    """A GTIN under 952, the prefix that GS1 keeps for examples."""
    digits = "952" + str(int(share("gtin", variant) * 10**9)).zfill(9)
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return digits + str(-total % 10)


def colours():
    table = (HERE / "colours.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in table if line)


def tint_of(shade, tints):
    """The hex that a picture in SHADE gets; of `white/navy`, the one that isn't white."""
    parts = shade.lower().split("/")
    return tints[next((part for part in parts if part not in ("white", "clear")), parts[0])]


def read_brand(path):
    """The head of a brand's file as a dict, and its products as (fields, description)."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())
    head = dict(line.split(": ", 1) for line in blocks[0].splitlines())
    products = []
    for block in blocks[1:]:
        first, _, words = block.partition("\n")
        fields = [field.strip() for field in first.split("|")]
        if len(fields) not in (8, 9) or not words:
            raise SystemExit(f"{path.name}: not a product: {first}")
        facts = dict(fact.strip().split(" ", 1) for fact in fields[8].split(";")) if len(fields) == 9 else {}
        products.append((fields[:8], facts, " ".join(words.split())))
    return head, products


def stock(variant, position, facts):
    """In stock, but for about one variant in ten; the ends of a size run sell out sooner."""
    if share("stock", variant) < (0.13 if position == "end" else 0.085):
        return "out_of_stock"
    return facts.get("avail", "in_stock")


def rows_of(head, product, tints):
    (code, title, kind, who, sizes, shades, price, material), facts, words = product
    kind, _, drawing = kind.partition(":")
    default, category, shelf = KINDS[kind]
    gender, age, section = WHO[who]
    sizes, system = sizes_of(sizes)
    sale, _, when = facts.get("sale", "").partition("@")
    group = head["group"].format(code=code)
    taken = set()
    for number, shade in enumerate((s.strip() for s in shades.split(",")), 1):
        short = code_of(shade, taken)
        taken.add(short)
        for place, size in enumerate(sizes):
            variant = head["sku"].format(code=code, c=short, n=number, size=slug(size).upper().replace("ONE-SIZE", "OS"))
            position = "end" if len(sizes) > 2 and place in (0, len(sizes) - 1) else ""
            yield {
                "id": variant,
                "title": head.get("title", "{title}").format(title=title, colour=shade.title()),
                "description": words,
                "link": f"https://shop.example/p/{slug(head['brand'] + ' ' + title)}",
                "image_link": f"/pictures/{drawing or default}.svg?c={tint_of(shade, tints)}",
                "availability": stock(variant, position, facts),
                "price": f"{float(price):.2f} USD",
                "sale_price": f"{float(sale):.2f} USD" if sale else "",
                "sale_price_effective_date": when,
                "brand": head["brand"],
                "gtin": gtin_of(variant) if head.get("gtin") == "yes" else "",
                "condition": "new",
                "google_product_category": category,
                "product_type": f"{section} > {shelf}",
                "item_group_id": group,
                "color": shade,
                "size": size,
                "size_system": system,
                "size_type": facts.get("type", head.get("size_type", "")),
                "gender": gender,
                "age_group": age,
                "material": material,
                "pattern": facts.get("pattern", ""),
                "product_highlight": facts.get("for", ""),
            }


def feed():
    tints = colours()
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    table.writeheader()
    for path in sorted((HERE / "products").glob("*.txt")):
        head, products = read_brand(path)
        for product in products:
            table.writerows(rows_of(head, product, tints))
    return out.getvalue()


def main():
    target = HERE / "shop.tsv"
    if sys.argv[1:] == ["--check"]:
        return target.read_text(encoding="utf-8") != feed()
    target.write_text(feed(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
