/* spelling -- misspelt words against the catalogue's own; see spelling.h. */

#include "wardrobe/spelling.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int
spelling_distance(const char *a, const char *b, int most)
{
    int size_a = (int)strlen(a), size_b = (int)strlen(b);
    int rows[3][WORD_SIZE + 1];

    if (abs(size_a - size_b) > most)
        return most + 1;
    for (int j = 0; j <= size_b; j++)
        rows[0][j] = j;
    for (int i = 1; i <= size_a; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3], least = i;

        row[0] = i;
        for (int j = 1; j <= size_b; j++) {
            int best = above[j - 1] + (a[i - 1] != b[j - 1]);

            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
            least = best < least ? best : least;
        }
        if (least > most)
            return most + 1;
    }
    return rows[size_a % 3][size_b];
}

/* Whether BITS has more than MOST bits. */
static bool
has_more(uint32_t bits, int most)
{
    for (; bits != 0 && most > 0; most--)
        bits &= bits - 1;
    return bits != 0;
}

/* Whether SENSE, or one after it, is a thing, a colour or what something is made of. */
static bool
is_plain(const struct phrases *phrases, const struct sense *sense)
{
    for (; sense != NULL; sense = phrases_next(phrases, sense))
        if (sense->type == SENSE_KIND || sense->type == SENSE_COLOUR || sense->type == SENSE_MATERIAL)
            return true;
    return false;
}

/* The vocabulary's word that is nearest to STEM of SIZE letters and less than BEST slips off, or NULL. Two
 * that are as near tell nothing. */
static const char *
known_word(const struct lexicon *lexicon, const char *stem, size_t size, int best)
{
    const struct phrases *phrases = lexicon_phrases(lexicon);
    const struct sense *sense;
    const char *key, *found = NULL;

    for (size_t at = 0; (key = phrases_each(phrases, &at, &sense)) != NULL;) {
        size_t length = strlen(key);
        int distance;

        if (key[0] != stem[0] || length >= WORD_SIZE || abs((int)length - (int)size) > best ||
            strchr(key, ' ') != NULL || !is_plain(phrases, sense))
            continue;
        distance = spelling_distance(stem, key, best);
        if (distance < best) {
            best = distance;
            found = key;
        } else if (distance == best) {
            found = NULL;
        }
    }
    return found;
}

bool
spelling_mend(const struct index *index, const char *stem, char mended[WORD_SIZE])
{
    size_t size = strlen(stem);
    int most = size >= 8 ? 2 : 1, best = most + 1;
    uint32_t bits = index_letters(stem), best_count = 0;
    const char *found = NULL, *known;

    if (size < 4)
        return false;
    for (const char *c = stem; *c != '\0'; c++)
        if (!islower((unsigned char)*c))
            return false;
    for (uint32_t i = 0; i < index->spelt_count; i++) {
        const struct spelt *spelt = &index->spelt[i];
        const char *term;
        int distance;

        if (spelt->first != stem[0] && (size < 6 || (spelt->second != stem[1] && spelt->second != stem[0])))
            continue;
        if (abs((int)spelt->size - (int)size) > most || has_more(bits ^ spelt->letters, 2 * most))
            continue;
        term = names_text(index->names[NAMES_TERM], spelt->term);
        distance = spelling_distance(stem, term, most);
        if (distance < best ||
            (distance == best && distance <= most && index->lists[spelt->term].products > best_count)) {
            best = distance;
            best_count = index->lists[spelt->term].products;
            found = distance <= most ? term : found;
        }
    }
    known = size < 7 || best < 2 ? NULL : known_word(index->lexicon, stem, size, best);
    if (known != NULL)
        found = known;
    if (found == NULL || strlen(found) >= WORD_SIZE)
        return false;
    strcpy(mended, found);
    return true;
}
