/* Hashed bags of words in OpenAI's shape. */
#include "understudy/embedding.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/words.h"

enum { DIMENSIONS = 1536, DIMENSIONS_MOST = 3072, INPUTS_MOST = 2048 };

static void
add(float *vector, size_t dimensions, const char *bytes, size_t size, float weight)
{
    unsigned hash = words_hash(17, bytes, size), sign = words_hash(29, bytes, size);

    vector[hash % dimensions] += sign & 1 ? weight : -weight;
}

void
embedding_of(const char *text, float *vector, size_t dimensions)
{
    struct words words;
    double length = 0;

    memset(vector, 0, dimensions * sizeof *vector);
    if (words_cut(&words, text, strlen(text)) == 0) {
        for (size_t i = 0; i < words.count; i++) {
            size_t size = strlen(words.list[i].text);
            char pair[128];

            if (size > 3 && words.list[i].text[size - 1] == 's')
                size--; /* shirts are near a shirt */
            add(vector, dimensions, words.list[i].text, size, size > 3 ? 1.0f : 0.3f);
            if (i > 0 && snprintf(pair, sizeof pair, "%s %.*s", words.list[i - 1].text, (int)size,
                                  words.list[i].text) > 0)
                add(vector, dimensions, pair, strlen(pair), 0.4f);
        }
        words_clear(&words);
    }
    for (size_t i = 0; i < dimensions; i++)
        length += (double)vector[i] * vector[i];
    if (length <= 0)
        vector[0] = 1;
    for (size_t i = 0; length > 0 && i < dimensions; i++)
        vector[i] = (float)(vector[i] / sqrt(length));
}

static int
refuse(struct problem *problem, const char *param, const char *message)
{
    *problem = (struct problem) { .status = 400, .type = "invalid_request_error", .param = param };
    snprintf(problem->message, sizeof problem->message, "%s", message);
    return -1;
}

static void
put_vector(struct buffer *out, const float *vector, size_t dimensions, bool base64)
{
    if (!base64) {
        buffer_text(out, "[");
        for (size_t i = 0; i < dimensions; i++)
            buffer_printf(out, vector[i] == 0 ? "%s0" : "%s%.8g", i ? "," : "", (double)vector[i]);
        buffer_text(out, "]");
        return;
    }
    char *room;

    buffer_text(out, "\"");
    if ((room = buffer_room(out, dimensions * sizeof *vector / 3 * 4 + 8)) != NULL)
        out->size += (size_t)EVP_EncodeBlock((unsigned char *)room, (const unsigned char *)vector,
                                             (int)(dimensions * sizeof *vector));
    buffer_text(out, "\"");
}

static int
put_input(struct buffer *out, const json_t *input, size_t index, size_t dimensions, bool base64,
          size_t *tokens, struct problem *problem)
{
    float vector[DIMENSIONS_MOST];

    if (!json_is_string(input) && !(json_is_array(input) && json_array_size(input) > 0))
        return refuse(problem, "input",
                      "'$.input' is invalid. Please check the API reference: "
                      "https://platform.openai.com/docs/api-reference.");
    if (json_is_string(input) && json_string_length(input) == 0)
        return refuse(problem, "input", "Invalid 'input': input cannot be an empty string.");
    if (json_is_string(input)) {
        embedding_of(json_string_value(input), vector, dimensions);
        *tokens += json_string_length(input) / 4 + 1;
    } else {
        char *text = json_string_of(input); /* token numbers: words too */

        embedding_of(text != NULL ? text : "", vector, dimensions);
        *tokens += json_array_size(input);
        free(text);
    }
    buffer_printf(out, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", index ? "," : "", index);
    put_vector(out, vector, dimensions, base64);
    buffer_text(out, "}");
    return 0;
}

int
embedding_answer(const struct ask *ask, struct buffer *out, size_t *tokens, struct problem *problem)
{
    const json_t *input = json_object_get(ask->root, "input"), *one;
    int64_t dimensions = json_number(ask->root, "dimensions", DIMENSIONS);
    const char *format = json_text(ask->root, "encoding_format", "float");
    bool base64 = !strcmp(format, "base64"), many;
    size_t i;

    *tokens = 0;
    if (input == NULL)
        return refuse(problem, "input", "Missing required parameter: 'input'.");
    if (!base64 && strcmp(format, "float"))
        return refuse(problem, "encoding_format",
                      "Invalid value for 'encoding_format': it must be 'float' or 'base64'.");
    if (dimensions < 1 || dimensions > DIMENSIONS_MOST)
        return refuse(problem, "dimensions",
                      "Invalid value for 'dimensions': it must be between 1 and 3072.");
    if (json_is_array(input) && (json_array_size(input) == 0 || json_array_size(input) > INPUTS_MOST))
        return refuse(problem, "input", "Invalid 'input': expected an array with 1 to 2048 members.");
    many = json_is_array(input) && !json_is_integer(json_array_get(input, 0));
    buffer_text(out, "{\"object\":\"list\",\"data\":[");
    if (!many && put_input(out, input, 0, (size_t)dimensions, base64, tokens, problem))
        return -1;
    for (i = 0; many && (one = json_array_get(input, i)) != NULL; i++)
        if (put_input(out, one, i, (size_t)dimensions, base64, tokens, problem))
            return -1;
    buffer_printf(out, "],\"model\":\"understudy\",\"usage\":{\"prompt_tokens\":%zu,\"total_tokens\":%zu}}",
                  *tokens, *tokens);
    return 0;
}
