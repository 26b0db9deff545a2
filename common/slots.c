#include "common/slots.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Each slot with the words for it, in the singular where that is what is left without the s. */
static const struct {
    const char *slot, *words; /* words with | around each */
} slots[] = {
    { "all", "|all|any|everything|outfit|look|whole|" },
    { "top",
      "|top|shirt|t-shirt|tee|tshirt|blouse|sweater|jumper|pullover|cardigan|knitwear|polo|tunic|hoodie|"
      "sweatshirt|camisole|bodysuit|upper|" },
    { "bottom", "|bottom|trouser|pant|chino|jean|short|skirt|legging|jogger|culotte|slack|lower|" },
    { "dress", "|dress|dresse|gown|jumpsuit|romper|sundress|sundresse|" },
    { "outerwear", "|outerwear|jacket|coat|blazer|parka|raincoat|anorak|vest|waistcoat|gilet|trench|layer|" },
    { "shoes", "|shoe|footwear|sandal|sneaker|trainer|boot|loafer|heel|flat|espadrille|pump|mule|slipper|" },
    { "bag", "|bag|handbag|backpack|tote|clutch|purse|satchel|rucksack|" },
    { "hat", "|hat|cap|headwear|beanie|beret|fedora|" },
    { "accessory", "|accessory|accessorie|scarf|scarve|belt|glove|sunglasse|glasse|tie|bow-tie|sock|shawl|"
                   "umbrella|watch|watche|" },
    { "jewellery", "|jewellery|jewelry|necklace|bracelet|earring|ring|brooch|pendant|" },
    { "underwear", "|underwear|lingerie|bra|brief|boxer|nightwear|pyjama|pajama|tight|" },
    { "swimwear", "|swimwear|swimsuit|bikini|trunk|swimming|boardshort|" },
    { "set", "|set|suit|co-ord|twinset|tracksuit|" },
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The slot for the SIZE letters at WORD, in any case, with or without an s at the end; NULL for none. */
static const char *
find(const char *word, size_t size)
{
    char wanted[SLOT_SIZE + 2] = "|";

    if (size == 0 || size >= SLOT_SIZE)
        return NULL;
    for (size_t n = 0; n < size; n++)
        wanted[n + 1] = (char)tolower((unsigned char)word[n]);
    if (size > 3 && wanted[size] == 's' && wanted[size - 1] != 's')
        size--;
    wanted[size + 1] = '|';
    wanted[size + 2] = '\0';
    for (size_t n = 0; n < COUNT(slots); n++)
        if (strstr(slots[n].words, wanted) != NULL)
            return slots[n].slot;
    return NULL;
}

int
slot_named(const char *word, char slot[SLOT_SIZE])
{
    const char *known;
    size_t size;

    slot[0] = '\0';
    word += strspn(word, " ");
    size = strlen(word);
    while (size > 0 && word[size - 1] == ' ')
        size--;
    if (size == 0 || size >= SLOT_SIZE)
        return -1;
    for (size_t n = 0; n < size; n++)
        if (!isalpha((unsigned char)word[n]) && word[n] != ' ' && word[n] != '-')
            return -1;
    if ((known = find(word, size)) != NULL) {
        strcpy(slot, known);
        return 0;
    }
    for (size_t n = 0; n < size; n++)
        slot[n] = (char)tolower((unsigned char)word[n]);
    slot[size] = '\0';
    return 0;
}

const char *
slot_of_garment(const char *garment)
{
    const char *found = "";

    for (const char *c = garment; *c != '\0';) {
        size_t size = strcspn(c, " ,/&()");
        const char *slot = find(c, size);

        if (slot != NULL && strcmp(slot, "all") != 0)
            found = slot;
        c += size;
        c += strspn(c, " ,/&()");
    }
    return found;
}
