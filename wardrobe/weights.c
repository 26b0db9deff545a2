/* weights -- what counts how much; see weights.def. */

#include "wardrobe/weights.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void
weights_default(struct weights *weights)
{
    *weights = (struct weights) {
#define WEIGHT(name, value, what) .name = (float)(value),
#include "wardrobe/weights.def"
    };
}

int
weights_change(struct weights *weights, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "=");
        bool found = false;
        char *end;
        float value;

        if (text[size] != '=')
            return -1;
        value = strtof(text + size + 1, &end);
#define WEIGHT(member, default_value, what)                                                                  \
    if (strlen(#member) == size && memcmp(text, #member, size) == 0) {                                       \
        weights->member = value;                                                                             \
        found = true;                                                                                        \
    }
#include "wardrobe/weights.def"
        if (!found || (*end != ',' && *end != '\0'))
            return -1;
        text = end + (*end == ',');
    }
    return 0;
}
