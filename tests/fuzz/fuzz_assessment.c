#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "psychologist/assessment.h"

/* Any text as the model's answer: what comes of it is a patch that fits the criteria it was made for. */

static const char *const known_text =
    "{\"criteria\":{\"budget.outfit\":{\"field\":\"price\",\"slot\":\"all\",\"scope\":\"outfit\",\"max\":"
    "20000,"
    "\"currency\":\"USD\"},\"colour\":{\"field\":\"colour\",\"slot\":\"all\",\"any\":[\"red\",\"blue\"]},"
    "\"not.colour\":{\"field\":\"colour\",\"slot\":\"all\",\"none\":[\"pink\"]},\"size.letters\":{\"field\":"
    "\"size\","
    "\"slot\":\"all\",\"class\":\"letters\",\"any\":[\"M\"]}},\"profile\":{\"language\":\"de\"},"
    "\"shown\":[{\"id\":\"A\",\"title\":\"Hat\",\"slot\":\"hat\"},{\"id\":\"B\",\"title\":\"Shoe\",\"slot\":"
    "\"shoes\"}],"
    "\"facets\":{\"currency\":\"USD\",\"sizes\":{\"shoes\":[\"42\"],\"letters\":[\"M\"]}}}";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    json_t *known = json_loads(known_text, 0, NULL), *criteria = json_object_get(known, "criteria");
    struct assessment_known told = { criteria, json_object_get(known, "profile"),
                                     json_object_get(known, "shown"), json_object_get(known, "facets") };
    json_t *before = json_deep_copy(criteria), *after = json_deep_copy(criteria);
    char *answer = malloc(size + 1), why[80];
    struct assessment out;

    memcpy(answer, bytes, size);
    answer[size] = '\0';
    if (assessment_read(answer, &told, &out) == 0) {
        assert(json_patch(&after, out.patch, why) == 0);
        assert(json_object_size(after) <= 48);
        assert(json_equal(criteria, before)); /* what was known is not touched */
        assert(json_is_string(json_object_get(out.profile, "topic")));
        assessment_clear(&out);
    }
    free(answer);
    json_decref(before);
    json_decref(after);
    json_decref(known);
    return 0;
}
