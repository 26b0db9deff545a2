#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "extractor/wishes.h"

/* Any list of arguments as the model's calls, and any text as a paragraph: each wish has its eight members,
 * texts or null, and an id of its own. */

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *paragraph = malloc(size + 1), name[] = "find_product";
    json_t *list = json_loadb((const char *)bytes, size, 0, NULL), *wishes, *each;
    struct model_tool_call calls[32] = { 0 };
    size_t count = 0, dropped, n;

    memcpy(paragraph, bytes, size);
    paragraph[size] = '\0';
    paragraph_has_words(paragraph);
    free(paragraph);
    for (; count < json_array_size(list) && count < 32; count++) {
        calls[count].name = name;
        calls[count].arguments = json_array_get(list, count);
    }
    wishes = wishes_read(calls, count, "run", "extract.1", &dropped);
    assert(json_array_size(wishes) + dropped <= count && json_array_size(wishes) <= WISHES_LIMIT);
    json_array_foreach(wishes, n, each)
    {
        assert(json_object_size(json_object_get(each, "wish")) == 8);
        assert(json_string_length(json_object_get(each, "id")) == 32);
    }
    json_decref(wishes);
    json_decref(list);
    return 0;
}
