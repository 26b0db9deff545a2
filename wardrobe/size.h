#ifndef WARDROBE_SIZE_H
#define WARDROBE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* Sizes: what a feed or a shopper writes, as numbers that can be compared. A size belongs to a class, and
 * says nothing about another: an M is no shoe size. No I/O.
 *
 * Sources of the conversions:
 *   shoes    the arithmetic of ISO/TS 19407 (Footwear, conversion of sizing systems): EU counts Paris points
 * of 2/3 cm, UK and US barleycorns of 1/3 inch, of the last's length L: EU = 1.5 L(cm), UK = 3 L(in) - 25, US
 * men = 3 L(in) - 24, US women = 3 L(in) - 22.5; of small children UK = 3 L(in) - 12, US = 3 L(in) - 11.
 * clothes  EN 13402-3: letters by bust (women) or chest (men) in cm; EU numbers women = (bust - 12) / 2 for
 * sizes to 48, men = chest / 2; UK women = EU - 28, US women = EU - 30, FR = EU + 2, IT = EU + 6; UK and US
 * men = EU - 10. children  EN 13402-3: by body height, in steps of 6 cm; the ages that wear them are those of
 * European makers' tables (116 cm: 5 to 6 years). */

enum size_class {
    SIZE_NONE,    /* no size, or one that we can't read */
    SIZE_LETTERS, /* XXS ... 6XL */
    SIZE_SHOES,
    SIZE_WAIST,   /* inches, perhaps with a length */
    SIZE_NUMERIC, /* dress, shirt, suit numbers */
    SIZE_KIDS,    /* ages, or heights in cm */
    SIZE_ONE,     /* one size fits all */
    SIZE_CLASSES
};

/* One size, or a range of them. Values: letters: 10 x rank from XXS = 0; shoes: 10 x EU; waist: 10 x inches;
 * numeric: 10 x EU; kids: months. */
struct size {
    enum size_class class;
    int16_t low, high;
    int16_t length;  /* waist: leg length in inches, 0 when not said; kids: 1 when it was a height */
    bool is_exact;   /* false: by conversion, so that half a step off is still it */
    uint8_t genders; /* bits of enum gender that it was read for; 0: any */
};

/* Read TEXT as a size of a garment whose kind usually carries SIZES ("letters", "shoes", "waist", "none"),
 * in SYSTEM ("EU", "US", ...; "" when not said), for GENDERS and AGES (bits of lexicon.h; 0: not known).
 * Returns its class, SIZE_NONE when it is none. */
enum size_class size_read(const char *text, const char *sizes, const char *system, uint8_t genders,
                          uint8_t ages, struct size *size);

/* Read TEXT as a size of CLASS, as a criterion has it. A size that may be read in several ways (shoes without
 * a system) gives up to 3 in SIZES; returns how many. */
int size_asked(const char *text, enum size_class class, const char *system, uint8_t genders,
               struct size sizes[3]);

/* Whether somebody who wears ASKED can wear OFFERED. One size fits all who ask for letters or numbers. */
bool size_fits(const struct size *asked, const struct size *offered);

/* Whether a criterion of class ASKED speaks about garments in sizes of class OFFERED: letters and numbers are
 * converted into one another, all others stand for themselves. */
bool size_speaks(enum size_class asked, enum size_class offered);

const char *size_class_name(enum size_class class);
enum size_class size_class_named(const char *name);

/* "S", "M", ... for rank 0 ("XXS") to 10 ("6XL"). */
const char *size_letters(int rank);

/* A key that sorts sizes of one class as people expect. */
int32_t size_order(const struct size *size);

#endif
