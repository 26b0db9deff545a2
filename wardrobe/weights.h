#ifndef WARDROBE_WEIGHTS_H
#define WARDROBE_WEIGHTS_H

/* struct weights: a member for each line of weights.def. */
struct weights {
#define WEIGHT(name, value, what) float name;
#include "wardrobe/weights.def"
};

/* Those of weights.def. */
void weights_default(struct weights *weights);

/* Change what TEXT says: "title=2.5,kind=0.3". Returns -1 for a name that there is not (not logged). */
int weights_change(struct weights *weights, const char *text);

#endif
