#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/instructions.h"
#include "common/log.h"

/* In an operator's folder of its own, beside the project's own files. */

#define SCHEMA                                                                                               \
    "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"],\"additionalProperties\":false}"

struct place {
    char folder[64];
    struct options options;
};

static int
set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    char path[128];

    log_set_level("error");
    strcpy(place->folder, "/tmp/test-instructions-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(path, sizeof path, "%s/psychologist", place->folder);
    mkdir(path, 0700);
    place->options.instructions = place->folder;
    *state = place;
    return 0;
}

static int
tear_down(void **state)
{
    static const char *const names[] = { "/psychologist/instructions.md", "/psychologist/assessment.json",
                                         "/psychologist", "" };
    struct place *place = *state;
    char path[128];

    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        snprintf(path, sizeof path, "%s%s", place->folder, names[n]);
        remove(path);
    }
    free(place);
    return 0;
}

static void
write_file(const struct place *place, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/psychologist/%s", place->folder, name);
    assert_non_null(file = fopen(path, "w"));
    fputs(text, file);
    fclose(file);
}

static struct instructions *
open_both(struct place *place)
{
    return instructions_open(&place->options, "psychologist", "assessment.json");
}

static void
the_projects_own_are_strict_and_readable(void **state)
{
    static const char *const assistants[][2] = { { "psychologist", "assessment.json" },
                                                 { "extractor", "find_product.json" },
                                                 { "orchestrator", NULL } };
    struct options options = { .instructions = "" };

    (void)state;
    for (size_t n = 0; n < sizeof assistants / sizeof *assistants; n++) {
        struct instructions *instructions = instructions_open(&options, assistants[n][0], assistants[n][1]);

        assert_non_null(instructions);
        assert_true(strlen(instructions_text(instructions)) > 500);
        assert_int_equal(instructions_schema(instructions) == NULL, assistants[n][1] == NULL);
        instructions_close(&instructions);
        assert_null(instructions);
    }
}

static void
an_operators_file_wins_over_the_projects(void **state)
{
    struct place *place = *state;
    struct instructions *instructions;

    write_file(place, "instructions.md", "Be brief.");
    assert_non_null(instructions = open_both(place));
    assert_string_equal(instructions_text(instructions), "Be brief.");
    assert_non_null(
        json_object_get(json_object_get(instructions_schema(instructions), "properties"), "topic"));
    instructions_close(&instructions);
}

static void
the_version_changes_with_the_text_and_the_schema(void **state)
{
    struct place *place = *state;
    struct instructions *instructions;
    char first[64], second[64];

    write_file(place, "instructions.md", "One.");
    assert_non_null(instructions = open_both(place));
    snprintf(first, sizeof first, "%s", instructions_version(instructions));
    assert_int_equal(strncmp(first, "psychologist_", 13), 0);
    assert_int_equal(strlen(first), 13 + 8);
    write_file(place, "instructions.md", "Two.");
    instructions_reload(instructions, &place->options);
    assert_string_equal(instructions_text(instructions), "Two.");
    snprintf(second, sizeof second, "%s", instructions_version(instructions));
    assert_string_not_equal(first, second);
    write_file(place, "assessment.json", SCHEMA);
    instructions_reload(instructions, &place->options);
    assert_string_not_equal(second, instructions_version(instructions));
    instructions_close(&instructions);
}

static void
broken_ones_are_refused_and_do_not_replace_good_ones(void **state)
{
    static const char *const broken[][2] = {
        { "instructions.md", "" },
        { "instructions.md", " \n\t\n" },
        { "instructions.md", "\xff\xfe" },
        { "assessment.json", "{" },
        { "assessment.json", "[]" },
        { "assessment.json", "{\"type\":\"object\"}" },
        { "assessment.json", "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"]}" },
        { "assessment.json",
          "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[],\"additionalProperties\":false}" },
        { "assessment.json", "{\"name\":\"x\",\"parameters\":{\"type\":\"array\"}}" },
    };
    struct place *place = *state;
    struct instructions *good, *none;

    write_file(place, "instructions.md", "Good.");
    write_file(place, "assessment.json", SCHEMA);
    assert_non_null(good = open_both(place));
    for (size_t n = 0; n < sizeof broken / sizeof *broken; n++) {
        write_file(place, "instructions.md", "Not to be taken alone.");
        write_file(place, "assessment.json", SCHEMA);
        write_file(place, broken[n][0], broken[n][1]);
        none = open_both(place);
        assert_null(none);
        instructions_reload(good, &place->options);
        assert_string_equal(instructions_text(good), "Good.");
        assert_non_null(instructions_schema(good));
    }
    instructions_close(&good);
}

static void
instructions_that_are_nowhere_are_refused(void **state)
{
    struct place *place = *state;
    struct instructions *none = instructions_open(&place->options, "astrologer", NULL);

    assert_null(none);
    instructions_close(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_projects_own_are_strict_and_readable),
        TEST(an_operators_file_wins_over_the_projects),
        TEST(the_version_changes_with_the_text_and_the_schema),
        TEST(broken_ones_are_refused_and_do_not_replace_good_ones),
        TEST(instructions_that_are_nowhere_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
