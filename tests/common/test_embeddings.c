#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/embeddings.h"

static int
read_vectors(const char *text, size_t count, float **vectors, size_t *wide, struct server_error *error)
{
    struct model_usage usage = { 0 };
    json_t *body = json_loads(text, 0, NULL);
    int failed;

    assert_non_null(body);
    *vectors = NULL;
    *error = (struct server_error) { 0 };
    failed = embeddings_read(body, count, vectors, wide, &usage, error);
    json_decref(body);
    return failed;
}

static void
vectors_come_as_numbers_or_base64_by_number_or_in_order(void **state)
{
    static const char *const bodies[] = {
        "{\"data\":[{\"index\":0,\"embedding\":[1,-2.5]},{\"index\":1,\"embedding\":[0,3]}]}",
        "{\"data\":[{\"index\":1,\"embedding\":[0,3]},{\"index\":0,\"embedding\":[1,-2.5]}]}",
        "{\"data\":[{\"embedding\":[1,-2.5]},{\"embedding\":[0,3]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":\"AACAPwAAIMA=\"},{\"index\":1,\"embedding\":\"AAAAAAAAQEA\"}]"
        "}",
        "{\"data\":[{\"index\":0,\"embedding\":\"AACAPwAAIMA=\"},{\"index\":1,\"embedding\":[0,3]}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct server_error error;
        float *vectors;
        size_t wide;

        assert_int_equal(read_vectors(bodies[i], 2, &vectors, &wide, &error), 0);
        assert_int_equal(wide, 2);
        assert_true(vectors[0] == 1 && vectors[1] == -2.5f && vectors[2] == 0 && vectors[3] == 3);
        free(vectors);
    }
}

static void
what_is_not_as_asked_is_refused(void **state)
{
    static const char *const bodies[] = {
        "{\"data\":[{\"embedding\":[1]}]}",
        "{\"data\":[]}",
        "{}",
        "{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[1]}]}",
        "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1,2]}]}",
        "{\"data\":[{\"embedding\":[]},{\"embedding\":[]}]}",
        "{\"data\":[{\"embedding\":[\"x\"]},{\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":7,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":-1,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"embedding\":\"AACAPw==\"},{\"embedding\":\"A*CAPw==\"}]}",
        "{\"data\":[{\"embedding\":\"AACAPw==\"},{\"embedding\":\"AACA\"}]}",
        "{\"data\":[{\"embedding\":\"AACAPw==\"},{\"embedding\":\"AACAPwAAgD8=\"}]}",
        "{\"data\":[{\"embedding\":7},{\"embedding\":7}]}",
        "{\"data\":[{\"embedding\":\"AADAfw==\"},{\"embedding\":\"AACAPw==\"}]}", /* NaN */
        "{\"data\":[{\"embedding\":\"AACAfw==\"},{\"embedding\":\"AACAPw==\"}]}", /* infinite */
        "{\"data\":[{\"embedding\":[1e300]},{\"embedding\":[1]}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct server_error error;
        float *vectors;
        size_t wide;

        if (read_vectors(bodies[i], 2, &vectors, &wide, &error) == 0)
            fail_msg("%s", bodies[i]);
        assert_null(vectors);
        assert_int_equal(error.class, MODEL_ERROR_PROTOCOL);
        errors_clear(&error);
    }
}

static void
an_error_inside_a_200_is_an_error(void **state)
{
    struct server_error error;
    float *vectors;
    size_t wide;

    (void)state;
    assert_int_equal(read_vectors("{\"error\":{\"code\":429,\"message\":\"m\"}}", 1, &vectors, &wide, &error),
                     -1);
    assert_int_equal(error.class, MODEL_ERROR_RATE);
    errors_clear(&error);
}

static void
recorded_vectors_are_read(void **state)
{
    json_t *body = json_load_file("../shared/streams/embeddings-base64-openai.json", 0, NULL);
    struct model_usage usage = { 0 };
    struct server_error error;
    float *vectors, length = 0;
    size_t wide;

    (void)state;
    if (body == NULL && getenv("CI") == NULL) {
        puts("skipped: no ../shared/streams");
        skip();
    }
    assert_non_null(body);
    assert_int_equal(embeddings_read(body, 1, &vectors, &wide, &usage, &error), 0);
    assert_int_equal(wide, 1536);
    for (size_t i = 0; i < wide; i++)
        length += vectors[i] * vectors[i];
    assert_true(length > 0.99f && length < 1.01f);
    assert_int_equal(usage.input, 8);
    free(vectors);
    json_decref(body);
    body = json_load_file("../shared/streams/embeddings-float-openai.json", 0, NULL);
    assert_int_equal(embeddings_read(body, 2, &vectors, &wide, &usage, &error), 0);
    assert_int_equal(wide, 5);
    free(vectors);
    json_decref(body);
}

static void
a_request_says_only_what_the_server_knows(void **state)
{
    static const char *const texts[] = { "a \"b\"", "c" };
    struct buffer out = { 0 };
    struct profile profile;

    (void)state;
    profile_find(&profile, "http://x", "openai", "");
    embeddings_body(&out, "m", texts, 2, 256, &profile);
    assert_string_equal(buffer_string(&out),
                        "{\"model\":\"m\",\"dimensions\":256,\"encoding_format\":\"base64\","
                        "\"input\":[\"a \\\"b\\\"\",\"c\"]}");
    buffer_reset(&out);
    profile_find(&profile, "http://x", "llamacpp", "");
    embeddings_body(&out, "m", texts, 1, 256, &profile);
    assert_string_equal(buffer_string(&out), "{\"model\":\"m\",\"input\":[\"a \\\"b\\\"\"]}");
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_come_as_numbers_or_base64_by_number_or_in_order),
        cmocka_unit_test(what_is_not_as_asked_is_refused),
        cmocka_unit_test(an_error_inside_a_200_is_an_error),
        cmocka_unit_test(recorded_vectors_are_read),
        cmocka_unit_test(a_request_says_only_what_the_server_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
