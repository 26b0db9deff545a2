#ifndef PSYCHOLOGIST_ASSESSMENT_H
#define PSYCHOLOGIST_ASSESSMENT_H

#include <jansson.h>
#include <stddef.h>

/* The model's answer, checked, as what ASSESSED carries. No I/O. */

/* What was known when the model was asked; any of them may be NULL. */
struct assessment_known {
    const json_t *criteria; /* of the thread, by key */
    const json_t *profile;
    const json_t *shown; /* the cards shown last: [{id, title, slot}] */
    const json_t *facets;
};

struct assessment {
    json_t *profile; /* {topic, occasion?, mood?, needs[], summary, language, want, slots[]} */
    json_t *patch;   /* a JSON Patch (remove, add) of the criteria */
    size_t dropped;  /* values that the model gave and nothing could be made of */
};

/* Read ANSWER, JSON as assessment.json has it, perhaps with something around it. What is out of range, too
 * long or unknown is left out. Where the words are not about fashion nothing is learned of them.
 * Returns 0, or -1 when it is no such object at all (OUT needs no clearing). */
int assessment_read(const char *answer, const struct assessment_known *known, struct assessment *out);
void assessment_clear(struct assessment *assessment);

#endif
