#!/usr/bin/python3
"""A feed of N products (default 1,000,000), one row each, as a large shop might have: make_catalogue.py OUT.tsv [N]

Words follow Zipf's law as real titles do: common garments and colours, and a long tail of brands and model names. The same
N gives the same file.
"""
import random
import sys

KINDS = {
    "Women > Dresses": ["dress", "midi dress", "maxi dress", "slip dress", "shirt dress"], "Men > Shirts": ["shirt", "linen shirt", "oxford shirt"],
    "Women > Tops": ["top", "blouse", "tank top", "tunic"], "Men > T-shirts": ["t-shirt", "graphic tee"], "Women > Jeans": ["jeans", "skinny jeans"],
    "Men > Jeans": ["jeans", "straight jeans"], "Men > Trousers": ["chinos", "trousers", "cargo pants"], "Women > Trousers": ["trousers", "wide leg pants"],
    "Women > Skirts": ["skirt", "pencil skirt"], "Men > Jackets": ["jacket", "bomber jacket", "rain jacket"], "Women > Coats": ["coat", "trench coat", "parka"],
    "Women > Shoes > Sandals": ["sandals", "heeled sandals", "flip flops"], "Men > Shoes > Sneakers": ["sneakers", "running shoes"],
    "Women > Shoes > Sneakers": ["sneakers", "slip on shoes"], "Women > Shoes > Boots": ["boots", "ankle boots"], "Men > Shoes > Loafers": ["loafers"],
    "Women > Bags": ["handbag", "tote bag", "clutch", "crossbody bag"], "Unisex > Bags": ["backpack", "duffel bag"], "Men > Underwear": ["boxers", "socks"],
    "Women > Swimwear": ["swimsuit", "bikini"], "Unisex > Hats": ["cap", "beanie", "sun hat"], "Women > Jewellery": ["necklace", "earrings", "bracelet"],
    "Men > Knitwear": ["sweater", "cardigan"], "Women > Leggings": ["leggings", "yoga pants"], "Men > Shorts": ["shorts", "swim shorts"],
}
COLOURS = ["black", "white", "navy", "blue", "grey", "red", "beige", "green", "pink", "brown", "olive", "cream", "burgundy", "yellow", "purple",
           "orange", "khaki", "teal", "coral", "mustard"]
MATERIALS = ["cotton", "polyester", "linen", "wool", "denim", "leather", "viscose", "nylon", "silk", "cashmere"]
STYLES = ["slim fit", "classic", "casual", "long sleeve", "short sleeve", "high waist", "floral", "striped", "loose", "vintage", "lightweight",
          "waterproof", "stretch", "cropped", "quilted", "ribbed", "comfortable", "formal", "sporty", "plus size", "round neck", "v-neck", "machine washable"]
SIZES = {"Shoes": [("EU", str(n)) for n in range(36, 47)], "": [("", s) for s in ("XS", "S", "M", "L", "XL", "XXL")]}


def zipf(chance, count):
    return min(int(count ** chance.random()) - 1, count - 1)


def syllables(number, salt):
    out, value = "", number * 7919 + salt
    for _ in range(3):
        value, pick = divmod(value, 60)
        out += "bdfgklmnprst"[pick % 12] + "aeiou"[pick // 12]
    return out


def main(target, count=1000000):
    chance = random.Random(count)
    kinds = [(path, name) for path, names in KINDS.items() for name in names]
    chance.shuffle(kinds)
    with open(target, "w", encoding="utf-8") as out:
        out.write("id\ttitle\tdescription\tavailability\tprice\tbrand\tproduct_type\tcolor\tsize\tsize_system\tgender\tage_group\tmaterial\n")
        for number in range(count):
            path, name = kinds[zipf(chance, len(kinds))]
            colour, material = COLOURS[zipf(chance, len(COLOURS))], MATERIALS[zipf(chance, len(MATERIALS))]
            styles = chance.sample(STYLES, 3)
            brand, model = syllables(zipf(chance, 5000), 11).title(), syllables(zipf(chance, 40000), 5)
            gender = "female" if path.startswith("Women") else "male" if path.startswith("Men") else "unisex"
            system, size = chance.choice(SIZES["Shoes" if "Shoes" in path else ""])
            title = f"{brand} {gender == 'female' and 'Women' or gender == 'male' and 'Men' or ''} {model.title()} {colour} {styles[0]} {name}"
            description = f"{styles[1]} {name} in {material}, {styles[2]}; {syllables(zipf(chance, 40000), 23)} {syllables(zipf(chance, 40000), 31)}"
            out.write(f"p{number}\t{title}\t{description}\t{'in_stock' if number % 10 else 'out_of_stock'}\t{chance.randrange(900, 30000) / 100:.2f} USD\t"
                      f"{brand}\t{path}\t{colour}\t{size}\t{system}\t{gender}\tadult\t{material}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000000)
