#!/usr/bin/python3
"""Bring a catalogue of ../shared/data (JSONL, .gz or not) into Google's TSV: convert_catalogue.py IN.jsonl.gz OUT.tsv

Nothing is filled in: what the source does not say stays empty.
"""
import csv
import gzip
import json
import sys

GENDERS = {"Men": ("male", "adult"), "Women": ("female", "adult"), "Unisex": ("unisex", "adult"),
           "Boys": ("male", "kids"), "Girls": ("female", "kids")}
COLUMNS = ["id", "title", "description", "product_highlight", "brand", "product_type", "gender", "age_group", "color",
           "price", "pattern", "product_rating", "product_review_count"]


def row(product):
    gender, age = GENDERS.get(product["gender"], ("", ""))
    price = f'{product["price"]:.2f} {product["currency"]}' if product["price"] is not None else ""
    highlights = " ".join(filter(None, [product.get("bullets"), product.get("usage"), product.get("season")]))
    rating = product.get("rating")
    return [product["id"], product["title"], product["description"] or "", highlights, product["brand"] or "",
            " > ".join(product["category"] or []), gender, age, product["colour"] or "", price, "",
            rating if rating is not None else "", product.get("rating_count") or ""]


def main(source, target):
    opened = gzip.open if source.endswith(".gz") else open
    with opened(source, "rt", encoding="utf-8") as lines, open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row(json.loads(line)) for line in lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
