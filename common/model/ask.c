#include "common/model/ask.h"

#include <stdlib.h>
#include <string.h>

static const char *
text_copy(const char *text, int *failed)
{
    char *copy;

    if (text == NULL)
        return NULL;
    if ((copy = strdup(text)) == NULL)
        *failed = -1;
    return copy;
}

int
ask_copy(struct model_request *to, const struct model_request *from)
{
    int failed = 0;

    *to = *from;
    to->model = text_copy(from->model ? from->model : "", &failed);
    to->effort = text_copy(from->effort, &failed);
    to->instructions = text_copy(from->instructions, &failed);
    to->messages = json_incref((json_t *)from->messages);
    to->tools = json_incref((json_t *)from->tools);
    to->tool_choice = text_copy(from->tool_choice, &failed);
    to->schema_name = text_copy(from->schema_name, &failed);
    to->schema = json_incref((json_t *)from->schema);
    to->cache_key = text_copy(from->cache_key, &failed);
    to->shopper = text_copy(from->shopper, &failed);
    return failed;
}

void
ask_clear(struct model_request *request)
{
    free((void *)request->model);
    free((void *)request->effort);
    free((void *)request->instructions);
    free((void *)request->tool_choice);
    free((void *)request->schema_name);
    free((void *)request->cache_key);
    free((void *)request->shopper);
    json_decref((json_t *)request->messages);
    json_decref((json_t *)request->tools);
    json_decref((json_t *)request->schema);
    *request = (struct model_request) { 0 };
}
