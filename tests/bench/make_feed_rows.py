#!/usr/bin/python3
"""The same made-up shop in any feed's format: make_feed_rows.py FORMAT VARIANTS OUT [SEED]

FORMAT: google-tsv google-rss google-atom openai-jsonl openai-csv acp shopify-old shopify-new. OUT ending in .gz is
packed. VARIANTS rows (two colours and three sizes a product); a tenth is on sale, an eighth out of stock.
"""
import csv
import gzip
import io
import json
import random
import sys
from xml.sax.saxutils import escape

GARMENTS = [("Shirt", "Women > Tops > Shirts"), ("Dress", "Women > Dresses"), ("Trousers", "Men > Trousers"),
            ("Jacket", "Men > Outerwear > Jackets"), ("Skirt", "Women > Skirts"), ("Coat", "Men > Outerwear > Coats"),
            ("Jumper", "Men > Knitwear > Jumpers"), ("Sneakers", "Unisex > Shoes > Sneakers")]
COLOURS = ["white", "black", "navy", "sage", "rust", "camel", "red", "ivory"]
STYLES = ["Camp", "Wrap", "Relaxed", "Slim", "Cropped", "Pleated", "Quilted", "Belted", "Ribbed", "Oversized"]
CLOTHS = ["linen", "cotton", "wool", "viscose", "denim", "silk", "cashmere", "corduroy"]
BRANDS = ["Harrow & Pike", "Bettina Rowe", "Nordlys", "Café Ålesund", "O'Dea", "Tolka"]
WORDS = ("soft washed breathable tailored seam pocket collar button lining everyday evening office weekend beach "
         "garden party light heavy warm cool drape fit loose narrow waist shoulder sleeve hem cuff stitch dyed woven "
         "brushed recycled organic mill Portugal Italy machine wash cold line dry model wears size").split()
SIZES = ["S", "M", "L"]


def products(variants, seed=1):
    """Dictionaries of products, until so many variants have been given."""
    rng = random.Random(seed)
    number = made = 0
    while made < variants:
        number += 1
        garment, path = rng.choice(GARMENTS)
        cloth, style = rng.choice(CLOTHS), rng.choice(STYLES)
        words = rng.choices(WORDS, k=30)
        price = rng.randrange(900, 30000)
        sale = price - rng.randrange(100, 800) if rng.random() < 0.1 else None
        product = {"id": f"p{number:07}", "title": f"{style} {cloth.title()} {garment}", "brand": rng.choice(BRANDS),
                   "path": path, "material": cloth, "sentences": [" ".join(words[:15]), " ".join(words[15:])],
                   "link": f"https://shop.example/p/{number}", "price": price, "sale": sale, "variants": []}
        for colour in rng.sample(COLOURS, 2):
            for size in SIZES:
                if made < variants:
                    made += 1
                    product["variants"].append({
                        "id": f"p{number:07}-{colour[:3]}-{size}", "colour": colour, "size": size,
                        "stock": 0 if rng.random() < 0.125 else rng.randrange(1, 90),
                        "image": f"https://cdn.example/{number}-{colour}.jpg"})
        yield product


def money(amount):
    return f"{amount // 100}.{amount % 100:02} USD"


def html(product):
    return "<p>" + "</p><p>".join(escape(s) for s in product["sentences"]) + "</p>"


def plain(product):
    return " ".join(product["sentences"])


def stock(variant):
    return "in_stock" if variant["stock"] else "out_of_stock"


def google_fields(product, variant):
    return [("id", variant["id"]), ("item_group_id", product["id"]), ("title", product["title"]),
            ("description", html(product)), ("link", product["link"]), ("image_link", variant["image"]),
            ("availability", stock(variant)), ("price", money(product["price"])),
            ("sale_price", money(product["sale"]) if product["sale"] else ""), ("brand", product["brand"]),
            ("product_type", product["path"]), ("color", variant["colour"]), ("size", variant["size"]),
            ("material", product["material"]), ("gtin", "")]


def google_tsv(out, made):
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for i, (product, variant) in enumerate((p, v) for p in made for v in p["variants"]):
        fields = google_fields(product, variant)
        if i == 0:
            writer.writerow(name for name, _ in fields)
        writer.writerow(value for _, value in fields)


def google_xml(out, made, atom):
    item = "entry" if atom else "item"
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write('<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">\n' if atom else
              '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>\n')
    for product in made:
        for variant in product["variants"]:
            out.write(f"<{item}>")
            for name, value in google_fields(product, variant):
                if name == "description":
                    out.write(f"<g:description><![CDATA[{value}]]></g:description>")
                elif value:
                    out.write(f"<g:{name}>{escape(value)}</g:{name}>")
            out.write(f"</{item}>\n")
    out.write("</feed>\n" if atom else "</channel></rss>\n")


def openai_fields(product, variant):
    return {"item_id": variant["id"], "group_id": product["id"], "title": product["title"],
            "description": plain(product), "url": product["link"], "image_url": variant["image"],
            "availability": stock(variant), "price": money(product["price"]),
            "sale_price": money(product["sale"]) if product["sale"] else None, "brand": product["brand"],
            "product_category": product["path"], "listing_has_variations": True,
            "variant_dict": {"color": variant["colour"], "size": variant["size"]}, "material": product["material"],
            "is_eligible_search": True, "is_eligible_checkout": False, "target_countries": ["US"]}


def openai_jsonl(out, made):
    for product in made:
        for variant in product["variants"]:
            fields = {k: v for k, v in openai_fields(product, variant).items() if v is not None}
            out.write(json.dumps(fields, ensure_ascii=False) + "\n")


def openai_csv(out, made):
    writer = csv.writer(out)
    for i, (product, variant) in enumerate((p, v) for p in made for v in p["variants"]):
        fields = openai_fields(product, variant)
        fields["variant_dict"] = json.dumps(fields["variant_dict"])
        fields["target_countries"] = "US"
        if i == 0:
            writer.writerow(fields)
        writer.writerow("" if v is None else str(v).lower() if isinstance(v, bool) else v for v in fields.values())


def acp(out, made):
    for product in made:
        variants = []
        for variant in product["variants"]:
            price = {"amount": product["sale"] or product["price"], "currency": "USD"}
            one = {"id": variant["id"], "title": f'{product["title"]} {variant["colour"]} {variant["size"]}', "price": price,
                   "availability": {"available": variant["stock"] > 0, "status": stock(variant)},
                   "variant_options": [{"name": "Color", "value": variant["colour"]},
                                       {"name": "Size", "value": variant["size"]},
                                       {"name": "Material", "value": product["material"]}],
                   "categories": [{"value": product["path"], "taxonomy": "merchant"}],
                   "media": [{"type": "image", "url": variant["image"], "alt_text": ""}]}
            if product["sale"]:
                one["list_price"] = {"amount": product["price"], "currency": "USD"}
            variants.append(one)
        out.write(json.dumps({"id": product["id"], "title": product["title"], "brand": product["brand"], "url": product["link"],
                              "description": {"html": html(product)}, "variants": variants}, ensure_ascii=False) + "\n")


def shopify(out, made, new):
    names = (["URL handle", "Title", "Description", "Vendor", "Type", "Published on online store", "Status", "Option1 name",
              "Option1 value", "Option2 name", "Option2 value", "Option3 name", "Option3 value", "SKU", "Price",
              "Compare-at price", "Inventory tracker", "Inventory quantity", "Product image URL", "Variant image URL"] if new else
             ["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Published", "Status", "Option1 Name", "Option1 Value",
              "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Price",
              "Variant Compare At Price", "Variant Inventory Tracker", "Variant Inventory Qty", "Image Src", "Variant Image"])
    writer = csv.writer(out)
    writer.writerow(names)
    for product in made:
        for i, variant in enumerate(product["variants"]):
            now, before = product["sale"] or product["price"], product["price"] if product["sale"] else None
            first = [product["title"], html(product), product["brand"], product["path"], "TRUE", "active"] if i == 0 else [""] * 6
            option = (lambda name: name) if i == 0 else (lambda name: "")
            writer.writerow([product["id"], *first, option("Colour"), variant["colour"], option("Size"), variant["size"],
                             option("Material"), product["material"], variant["id"], f"{now / 100:.2f}",
                             f"{before / 100:.2f}" if before else "", "shopify", variant["stock"], variant["image"] if i == 0 else "",
                             variant["image"]])


WRITERS = {"google-tsv": google_tsv, "google-rss": lambda o, m: google_xml(o, m, False),
           "google-atom": lambda o, m: google_xml(o, m, True), "openai-jsonl": openai_jsonl, "openai-csv": openai_csv,
           "acp": acp, "shopify-old": lambda o, m: shopify(o, m, False), "shopify-new": lambda o, m: shopify(o, m, True)}


def write(form, variants, path, seed=1):
    """The shop of so many variants, as the file at PATH."""
    opened = gzip.open(path, "wb", compresslevel=1) if str(path).endswith(".gz") else open(path, "wb")
    with opened as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as out:
        WRITERS[form](out, products(variants, seed))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), sys.argv[3], *(int(a) for a in sys.argv[4:5]))
