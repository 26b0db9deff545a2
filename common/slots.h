#ifndef COMMON_SLOTS_H
#define COMMON_SLOTS_H

/* The places of a look: top, bottom, dress, outerwear, shoes, bag, hat, accessory, jewellery, underwear,
 * swimwear, set. Models write them in many ways. */

#define SLOT_SIZE 25 /* of a slot's name, its NUL included */

/* The slot that WORD means ("Tops", "jewelry", "footwear", "jacket"), in small letters: one of the list
 * above, "all", or WORD itself where it is a plain word of another kind ("tie clip"). Puts it into SLOT.
 * Returns 0, or -1 for what is no word: empty, too long, or with other things in it than letters,
 * blanks and hyphens; SLOT is "" then. */
int slot_named(const char *word, char slot[SLOT_SIZE]);

/* The slot of a garment's name ("linen shirt", "sandals"): the last word of it that is known, or "". */
const char *slot_of_garment(const char *garment);

#endif
