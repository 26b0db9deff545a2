/* size -- sizes as numbers that can be compared; see size.h. */

#include "wardrobe/size.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wardrobe/lexicon.h"

static const char *const letters[] = { "XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL", "6XL" };
static const char *const names[] = { "none", "letters", "shoes", "waist", "numeric", "kids", "one" };

#define RANKS ((int)(sizeof letters / sizeof *letters))

const char *size_class_name(enum size_class class)
{
    return names[class];
}

enum size_class
size_class_named(const char *name)
{
    for (int i = 0; i < SIZE_CLASSES; i++)
        if (strcasecmp(names[i], name) == 0)
            return (enum size_class)i;
    return SIZE_NONE;
}

const char *
size_letters(int rank)
{
    return rank >= 0 && rank < RANKS ? letters[rank] : "";
}

int32_t
size_order(const struct size *size)
{
    return (int32_t)size->class * 100000 + size->low * 2 + size->length;
}

/* -- reading ------------------------------------------------------------------------------------- */

/* The rank of the letter size that fills TEXT's first SIZE bytes, or -1. */
static int
letter_rank(const char *text, size_t size)
{
    static const struct {
        const char *word;
        int rank;
    } words[] = { { "2xs", 0 },    { "xxsmall", 0 },    { "xsmall", 1 },  { "extrasmall", 1 },
                  { "small", 2 },  { "medium", 3 },     { "med", 3 },     { "large", 4 },
                  { "xlarge", 5 }, { "extralarge", 5 }, { "1x", 5 },      { "1xl", 5 },
                  { "2xl", 6 },    { "2x", 6 },         { "xxlarge", 6 }, { "xxxl", 7 },
                  { "3x", 7 },     { "xxxxl", 8 },      { "4x", 8 },      { "5x", 9 },
                  { "6x", 10 },    { "xlg", 5 },        { "lg", 4 },      { "sm", 2 },
                  { "md", 3 } };
    char plain[16];
    size_t used = 0;

    for (size_t i = 0; i < size; i++)
        if (isalnum((unsigned char)text[i])) {
            if (used == sizeof plain - 1)
                return -1;
            plain[used++] = (char)tolower((unsigned char)text[i]);
        }
    plain[used] = '\0';
    for (int i = 0; i < RANKS; i++)
        if (strcasecmp(letters[i], plain) == 0)
            return i;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, plain) == 0)
            return words[i].rank;
    return -1;
}

/* The ranks of the letters on both sides of MARK in TEXT. False where it is none, or no range from small to
 * large: "X-Large" is none. */
static bool
split_letters(const char *text, const char *mark, int *low, int *high)
{
    const char *first = strstr(text, mark), *last = first, *next;

    if (first == NULL)
        return false;
    while ((next = strstr(last + 1, mark)) != NULL)
        last = next;
    last += strlen(mark);
    *low = letter_rank(text, (size_t)(first - text));
    *high = letter_rank(last, strlen(last));
    return *low >= 0 && *high >= *low;
}

/* "M", "X-Large", "S/M", "S-M", "XS - S", "M to L". */
static bool
read_letters(const char *text, struct size *size)
{
    static const char *const marks[] = { "/", "-", "\xe2\x80\x93", " to " };
    int low = -1, high = -1;

    for (size_t i = 0; i < sizeof marks / sizeof *marks && low < 0; i++)
        if (!split_letters(text, marks[i], &low, &high))
            low = -1;
    if (low < 0 && strchr(text, '/') == NULL)
        low = high = letter_rank(text, strlen(text));
    if (low < 0)
        return false;
    *size = (struct size) {
        .class = SIZE_LETTERS, .low = (int16_t)(low * 10), .high = (int16_t)(high * 10), .is_exact = true
    };
    return true;
}

static bool
read_one(const char *text, struct size *size)
{
    static const char *const words[] = { "one size",  "onesize",   "os",
                                         "one-size",  "o/s",       "one size fits all",
                                         "free size", "universal", "adjustable",
                                         "osfa",      "tu" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *size = (struct size) { .class = SIZE_ONE, .is_exact = true };
            return true;
        }
    return false;
}

/* A number at *TEXT, times ten, with ½ and a comma understood; goes on behind it. -1 for none. */
static int
number(const char **text)
{
    const char *end = *text;
    double value = 0;

    if (!isdigit((unsigned char)*end))
        return -1;
    for (; isdigit((unsigned char)*end) && value < 1000; end++)
        value = value * 10 + (*end - '0');
    if ((*end == '.' || *end == ',') && isdigit((unsigned char)end[1])) {
        double unit = 1;

        for (end++; isdigit((unsigned char)*end); end++) {
            unit /= 10;
            value += unit * (*end - '0');
        }
    }
    if (strncmp(end, "½", 2) == 0) {
        value += 0.5;
        end += 2;
    } else if (strncmp(end, " 1/2", 4) == 0) {
        value += 0.5;
        end += 4;
    }
    *text = end;
    return value < 0 || value > 300 ? -1 : (int)(value * 10 + 0.5);
}

static void
skip(const char **text, const char *marks)
{
    *text += strspn(*text, marks);
}

/* The other end of a range that begins with LOW and goes on at *TEXT: "-38", "/38", " - 38"; goes on behind
 * it. LOW when there is none, -1 when it is below it. */
static int
range_end(const char **text, int low)
{
    const char *at = *text;
    size_t size;
    int high;

    skip(&at, " ");
    size = *at == '-' || *at == '/' ? 1 : strncmp(at, "\xe2\x80\x93", 3) == 0 ? 3 : 0;
    at += size;
    skip(&at, " ");
    if (size == 0 || !isdigit((unsigned char)*at)) /* "UK 5/EU 38": another system's, which says the same */
        return low;
    high = number(&at);
    *text = at;
    return high < low ? -1 : high;
}

/* "32", "W32 L34", "30W x 34L", "32/34", "32in". */
static bool
read_waist(const char *text, struct size *size)
{
    int waist, length = 0;

    skip(&text, " wW");
    if ((waist = number(&text)) < 180 || waist > 700)
        return false;
    skip(&text, " wW\"x/XlLin-");
    if (*text != '\0') {
        if ((length = number(&text)) < 200 || length > 450)
            return false;
        skip(&text, " lL\"in");
        if (*text != '\0')
            return false;
    }
    *size = (struct size) { .class = SIZE_WAIST,
                            .low = (int16_t)waist,
                            .high = (int16_t)waist,
                            .length = (int16_t)(length / 10),
                            .is_exact = true };
    return true;
}

/* The months of who is CM tall, or NULL: EN 13402-3's heights. */
static const int16_t *
months_of_height(int cm)
{
    static const int16_t heights[][3] = {
        { 50, 0, 1 },      { 56, 1, 2 },      { 62, 2, 3 },      { 68, 4, 6 },      { 74, 6, 9 },
        { 80, 9, 12 },     { 86, 12, 18 },    { 92, 18, 24 },    { 98, 24, 47 },    { 104, 36, 59 },
        { 110, 48, 71 },   { 116, 60, 83 },   { 122, 72, 95 },   { 128, 84, 107 },  { 134, 96, 119 },
        { 140, 108, 131 }, { 146, 120, 143 }, { 152, 132, 155 }, { 158, 144, 167 }, { 164, 156, 179 },
        { 170, 168, 191 }, { 176, 180, 203 },
    };

    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
        if (cm >= heights[i][0] - 2 && cm <= heights[i][0] + 2)
            return heights[i] + 1;
    return NULL;
}

/* "116", "110/116", "116 cm". */
static bool
read_height(const char *text, struct size *size)
{
    const int16_t *from, *to;
    int low = number(&text), high = low < 0 ? -1 : range_end(&text, low);

    skip(&text, " ");
    if (low < 0 || high < low || (*text != '\0' && strcasecmp(text, "cm") != 0))
        return false;
    from = months_of_height(low / 10);
    to = months_of_height(high / 10);
    if (from == NULL || to == NULL)
        return false;
    *size =
        (struct size) { .class = SIZE_KIDS, .low = from[0], .high = to[1], .length = 1, .is_exact = true };
    return true;
}

/* "4-5 years", "4Y", "6-9 months", "6M" (with a child's garment), "5". Unless it is SURE that they are a
 * child's, numbers of something else are none: "15 inch", "10 pairs". */
static bool
read_kids(const char *text, struct size *size, bool sure)
{
    int low = 0, high;
    bool months;

    if (strncasecmp(text, "age ", 4) == 0)
        text += 4;
    if (strcasecmp(text, "newborn") == 0 || strcasecmp(text, "NB") == 0) {
        *size = (struct size) { .class = SIZE_KIDS, .low = 0, .high = 1, .is_exact = true };
        return true;
    }
    if ((low = number(&text)) < 0)
        return false;
    high = low;
    skip(&text, " yYmM");
    if (*text == '-' || *text == '/') {
        text++;
        skip(&text, " ");
        if ((high = number(&text)) < low)
            return false;
    }
    skip(&text, " ");
    months = text[0] == 'm' || text[0] == 'M' || text[-1] == 'm' || text[-1] == 'M';
    if (!sure && *text != '\0' && strchr("yYmMtT", *text) == NULL && strchr("yYmM", text[-1]) == NULL)
        return false;
    low /= 10;
    high /= 10;
    if (high > (months ? 48 : 17))
        return false;
    *size = (struct size) { .class = SIZE_KIDS,
                            .low = (int16_t)(months ? low : low * 12),
                            .high = (int16_t)(months ? high : high * 12 + 11),
                            .is_exact = true };
    return true;
}

/* EU x 10 for a shoe of VALUE (x 10) in SYSTEM; SMALL: on the scale of small children, which begins anew
 * behind 13. */
static int
eu_shoe(int value, const char *system, uint8_t genders, bool small)
{
    double inches, size = value / 10.0;

    if (strcasecmp(system, "UK") == 0 || strcasecmp(system, "AU") == 0)
        inches = (size + (small ? 12 : 25)) / 3;
    else if (strcasecmp(system, "US") == 0)
        inches = (size + (small ? 11 : genders == GENDER_FEMALE ? 22.5 : 24)) / 3;
    else if (strcasecmp(system, "JP") == 0 || strcasecmp(system, "CN") == 0)
        inches = (size + 1.5) / 2.54; /* the foot's length, and 15 mm of room */
    else
        return value;
    return (int)(inches * 2.54 * 15 + 0.5);
}

/* Whether VALUE (x 10) before MARK, the next letter, is of the small children's scale: "10C" is, "5Y" is not.
 */
static bool
is_small(int value, char mark, uint8_t ages)
{
    if (mark == 'c' || mark == 'C' || mark == 't' || mark == 'T')
        return true;
    if (mark == 'y' || mark == 'Y' || ages == 0 || (ages & AGE_ADULT))
        return false;
    return value >= 70 || !(ages & AGE_KIDS);
}

static bool
read_shoes(const char *text, const char *system, uint8_t genders, uint8_t ages, struct size *size)
{
    static const char *const systems[] = { "EU", "US", "UK", "JP", "AU", "CN" };
    char said[3] = "";
    int low, high;
    bool small;

    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (strncasecmp(text, systems[i], 2) == 0) {
            memcpy(said, systems[i], 2);
            text += 2;
            skip(&text, " ");
        }
    if ((low = number(&text)) < 0 || (high = range_end(&text, low)) < 0)
        return false;
    small = is_small(low, *text, ages);
    skip(&text, " ");
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (said[0] == '\0' && strncasecmp(text, systems[i], 2) == 0)
            memcpy(said, systems[i], 2);
    if (said[0] != '\0')
        system = said;
    else if (system[0] == '\0' || low >= 330) /* nobody's US shoe is a 33 */
        system = low >= (small ? 140 : 330) ? "EU" : system[0] == '\0' ? "US" : system;
    *size = (struct size) { .class = SIZE_SHOES,
                            .low = (int16_t)eu_shoe(low, system, genders, small),
                            .high = (int16_t)eu_shoe(high, system, genders, small),
                            .is_exact = strcasecmp(system, "EU") == 0,
                            .genders = genders };
    return size->low >= 150 && size->high <= 560;
}

/* EU x 10 for clothes of VALUE (x 10) in SYSTEM. */
static int
eu_clothes(int value, const char *system, uint8_t genders)
{
    bool men = genders == GENDER_MALE;

    if (strcasecmp(system, "UK") == 0 || strcasecmp(system, "AU") == 0)
        return value + (men ? 100 : 280);
    if (strcasecmp(system, "US") == 0)
        return value + (men ? 100 : 300);
    if (strcasecmp(system, "FR") == 0)
        return men ? value : value - 20;
    if (strcasecmp(system, "IT") == 0)
        return men ? value : value - 60;
    return value;
}

static bool
read_numeric(const char *text, const char *system, uint8_t genders, struct size *size)
{
    static const char systems[] = "EU\0UK\0US\0FR\0IT\0DE\0";
    int value, high;

    for (const char *s = systems; *s != '\0'; s += 3)
        if (strncasecmp(text, s, 2) == 0) {
            system = s;
            text += 2;
            skip(&text, " ");
        }
    if ((value = number(&text)) < 0 || (high = range_end(&text, value)) < 0)
        return false;
    skip(&text, " ");
    for (const char *s = systems; *s != '\0'; s += 3)
        if (strncasecmp(text, s, 2) == 0) {
            system = s;
            text += 2;
        }
    skip(&text, " RrLlSs");
    if (*text != '\0' && *text != '/') /* what the same is in another system */
        return false;
    if (system[0] == '\0' && genders != GENDER_MALE && value < 260)
        system = "US";
    value = eu_clothes(value, system, genders);
    high = eu_clothes(high, system, genders);
    *size = (struct size) { .class = SIZE_NUMERIC,
                            .low = (int16_t)value,
                            .high = (int16_t)high,
                            .is_exact = system[0] == '\0' || strcasecmp(system, "EU") == 0 ||
                                        strcasecmp(system, "DE") == 0,
                            .genders = genders };
    return value >= 260 && high <= 700;
}

/* Whether a number on trousers counts inches: not in EU numbers, and not in women's UK ones. */
static bool
is_waist_system(const char *system, uint8_t genders, const char *text)
{
    if (system[0] == '\0' || strcasecmp(system, "US") == 0)
        return true;
    return strcasecmp(system, "UK") == 0 && (genders != GENDER_FEMALE || strtol(text, NULL, 10) > 24);
}

/* TEXT without what stands in brackets behind it: "M (38-40)", "10 (EU 38)". */
static const char *
before_bracket(const char *text, char before[64])
{
    size_t size = strcspn(text, "([");

    while (size > 0 && text[size - 1] == ' ')
        size--;
    if (size == 0 || size > 63 || text[size] == '\0')
        return text;
    memcpy(before, text, size);
    before[size] = '\0';
    return before;
}

enum size_class
size_read(const char *text, const char *sizes, const char *system, uint8_t genders, uint8_t ages,
          struct size *size)
{
    bool child = ages != 0 && !(ages & AGE_ADULT);
    bool shoes = strcmp(sizes, "shoes") == 0, waist = strcmp(sizes, "waist") == 0;
    char before[64];

    *size = (struct size) { .class = SIZE_NONE };
    skip(&text, " ");
    text = before_bracket(text, before);
    if (text[0] == '\0' || read_one(text, size))
        return size->class;
    if (shoes)
        return read_shoes(text, system, genders, ages, size) || read_letters(text, size) ? size->class
                                                                                         : SIZE_NONE;
    if (child && (read_kids(text, size, true) || read_height(text, size)))
        return size->class;
    if (read_letters(text, size))
        return size->class;
    if (waist && is_waist_system(system, genders, text) && read_waist(text, size))
        return size->class;
    if ((toupper((unsigned char)text[0]) == 'W' || strpbrk(text, "xXwW") != NULL) && read_waist(text, size))
        return size->class;
    if (read_numeric(text, system, genders, size) || read_kids(text, size, false))
        return size->class;
    return size->class = SIZE_NONE;
}

int
size_asked(const char *text, enum size_class class, const char *system, uint8_t genders, struct size sizes[3])
{
    int count = 0;

    genders &= GENDER_FEMALE | GENDER_MALE;
    if (genders == (GENDER_FEMALE | GENDER_MALE))
        genders = 0;
    skip(&text, " ");
    switch (class) {
    case SIZE_LETTERS:
        return read_letters(text, &sizes[0]);
    case SIZE_WAIST:
        return read_waist(text, &sizes[0]);
    case SIZE_KIDS:
        return read_kids(text, &sizes[0], true) || read_height(text, &sizes[0]);
    case SIZE_ONE:
        return read_one(text, &sizes[0]);
    case SIZE_NUMERIC:
        if (read_numeric(text, system, genders, &sizes[0]))
            count = 1;
        return count;
    case SIZE_SHOES: /* a US 9 is another shoe for women and for men; each reading is for shoes of its own */
        for (int gender = GENDER_FEMALE; gender <= GENDER_MALE; gender++) {
            if ((genders != 0 && genders != gender) || !read_shoes(text, system, gender, 0, &sizes[count]))
                continue;
            if (count > 0 && sizes[count].low == sizes[0].low) {
                sizes[0].genders = 0;
                continue;
            }
            sizes[count].genders = genders != 0 ? 0 : gender;
            count++;
        }
        return count;
    default:
        return 0;
    }
}

/* -- comparing ----------------------------------------------------------------------------------- */

/* The rank x 10 of the letters for EU number VALUE (x 10): EN 13402-3, by bust or chest in cm. */
static int
letters_for(int value, uint8_t genders)
{
    static const int busts[] = { 66, 74, 82, 90, 98, 107, 119, 131, 143, 155, 167 };
    static const int chests[] = { 70, 78, 86, 94, 102, 110, 118, 129, 141, 154, 166 };
    const int *from = genders == GENDER_MALE ? chests : busts;
    int cm = genders == GENDER_MALE ? value / 5 : value / 5 + 12, rank = 0;

    while (rank + 1 < RANKS && cm >= from[rank + 1])
        rank++;
    return rank * 10;
}

bool
size_speaks(enum size_class asked, enum size_class offered)
{
    bool letters_or_numbers = asked == SIZE_LETTERS || asked == SIZE_NUMERIC;

    return asked == offered || (letters_or_numbers && (offered == SIZE_LETTERS || offered == SIZE_NUMERIC));
}

static bool
overlaps(int low, int high, int other_low, int other_high, int slack)
{
    return low - slack <= other_high && other_low - slack <= high;
}

static bool
holds(const struct size *one, const struct size *other)
{
    return one->low <= other->low && one->high >= other->high;
}

bool
size_fits(const struct size *asked, const struct size *offered)
{
    uint8_t both = asked->genders & offered->genders;

    if (offered->class == SIZE_ONE)
        return asked->class == SIZE_LETTERS || asked->class == SIZE_NUMERIC || asked->class == SIZE_ONE;
    if (asked->genders != 0 && offered->genders != 0 && (offered->genders & 3) != 0 && both == 0 &&
        !(offered->genders & GENDER_UNISEX))
        return false;
    if (asked->class == offered->class) {
        int slack = asked->is_exact && offered->is_exact ? 0 : asked->class == SIZE_SHOES ? 3 : 0;

        if (asked->class == SIZE_KIDS && (asked->length != 0 || offered->length != 0))
            return holds(asked, offered) || holds(offered, asked); /* 116 is 5-6Y, and not half of 4-5Y */
        if (asked->length != 0 && offered->length != 0 && asked->length != offered->length)
            return false;
        return overlaps(asked->low, asked->high, offered->low, offered->high, slack);
    }
    if (asked->class == SIZE_LETTERS && offered->class == SIZE_NUMERIC)
        return overlaps(asked->low, asked->high, letters_for(offered->low, offered->genders),
                        letters_for(offered->high, offered->genders), 0);
    if (asked->class == SIZE_NUMERIC && offered->class == SIZE_LETTERS)
        return overlaps(letters_for(asked->low, asked->genders), letters_for(asked->high, asked->genders),
                        offered->low, offered->high, 0);
    return false;
}
