#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "understudy/request.h"
#include "understudy/sections.h"

static int
read_text(struct ask *ask, enum dialect dialect, const char *text, struct problem *problem)
{
    return request_read(ask, dialect, text, strlen(text), problem);
}

static void
both_dialects_become_the_same_ask(void **state)
{
    static const char chat[] =
        "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":9,"
        "\"messages\":["
        "{\"role\":\"system\",\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":\"one\"},"
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]},{\"role\":\"user\",\"content\":[{"
        "\"type\":\"text\",\"text\":"
        "\"two\"}]}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}],"
        "\"tool_choice\":\"required\","
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":"
        "\"object\"}}}}";
    static const char responses[] = "{\"model\":\"m\",\"stream\":true,\"instructions\":\"Be "
                                    "kind.\",\"max_output_tokens\":9,\"input\":[{\"role\":\"user\","
                                    "\"content\":\"one\"},{\"type\":\"function_call\"},{\"type\":\"message\","
                                    "\"role\":\"assistant\",\"content\":[]},{\"role\":"
                                    "\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"two\"}]}],"
                                    "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}],"
                                    "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"},\"text\":{"
                                    "\"format\":{\"type\":\"json_schema\",\"name\":\"n\","
                                    "\"schema\":{\"type\":\"object\"}}}}";
    static const char *const texts[] = { responses, chat };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct problem problem;
        struct ask ask;

        assert_int_equal(read_text(&ask, i == 0 ? DIALECT_RESPONSES : DIALECT_CHAT, texts[i], &problem), 0);
        assert_string_equal(ask.model, "m");
        assert_string_equal(ask.instructions, "Be kind.");
        assert_int_equal(ask.said_count, 3);
        assert_string_equal(request_last(&ask), "two");
        assert_true(ask.said[0].by_user && !ask.said[1].by_user);
        assert_non_null(request_tool(&ask, "f"));
        assert_null(request_tool(&ask, "g"));
        assert_non_null(ask.schema);
        assert_int_equal(ask.max_tokens, 9);
        assert_true(ask.must_call && ask.may_call && ask.stream);
        request_clear(&ask);
    }
}

static void
an_input_may_be_one_text(void **state)
{
    struct problem problem;
    struct ask ask;

    (void)state;
    assert_int_equal(read_text(&ask, DIALECT_RESPONSES, "{\"model\":\"m\",\"input\":\"hi\"}", &problem), 0);
    assert_string_equal(request_last(&ask), "hi");
    request_clear(&ask);
    assert_string_equal(request_last(&ask), "");
}

static void
what_openai_refuses_is_refused(void **state)
{
    static const struct {
        enum dialect dialect;
        const char *text, *param;
    } cases[] = {
        { DIALECT_CHAT, "", NULL },
        { DIALECT_CHAT, "[]", NULL },
        { DIALECT_CHAT, "{\"messages\":[]}", NULL },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":\"x\"}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[7]}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{}]}]}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":7}]}", "messages" },
        { DIALECT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":7}",
          "tools" },
        { DIALECT_CHAT,
          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"parallel_tool_calls\":"
          "true}",
          "parallel_tool_calls" },
        { DIALECT_CHAT,
          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{"
          "\"type\":\"xml\"}}",
          "response_format" },
        { DIALECT_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"function\"}]}",
          "tools[0].name" },
        { DIALECT_RESPONSES,
          "{\"model\":\"m\",\"input\":\"x\",\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}}}",
          "text.format" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem problem;
        struct ask ask;

        assert_int_equal(read_text(&ask, cases[i].dialect, cases[i].text, &problem), -1);
        assert_int_equal(problem.status, 400);
        assert_string_equal(problem.type, "invalid_request_error");
        assert_true(problem.message[0] != '\0');
        if (cases[i].param == NULL)
            assert_null(problem.param);
        else
            assert_string_equal(problem.param, cases[i].param);
    }
}

static void
sections_are_cut_at_their_labels(void **state)
{
    struct sections sections;

    (void)state;
    sections_read(
        &sections,
        "FACETS: {\"count\":3}\nCRITERIA: {}\nSHOPPER: a shirt,\nplease: now\nBEFORE: \nPARAGRAPH: Wear it.");
    assert_memory_equal(sections.part[SECTION_FACETS].text, "{", 1); /* read by shop.c */
    assert_non_null(sections.json[SECTION_CRITERIA]);
    assert_int_equal(sections.part[SECTION_SHOPPER].size, strlen("a shirt,\nplease: now"));
    assert_int_equal(sections.part[SECTION_BEFORE].size, 0);
    assert_memory_equal(sections.part[SECTION_PARAGRAPH].text, "Wear it.", 8);
    assert_null(sections.json[SECTION_SHOWN]);
    sections_clear(&sections);
}

static void
a_message_without_labels_is_the_shoppers(void **state)
{
    struct sections sections;

    (void)state;
    sections_read(&sections, "just a shirt");
    assert_int_equal(sections.part[SECTION_SHOPPER].size, 12);
    sections_clear(&sections);
    sections_read(&sections, "");
    assert_int_equal(sections.part[SECTION_SHOPPER].size, 0);
    sections_clear(&sections);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_dialects_become_the_same_ask),
        cmocka_unit_test(an_input_may_be_one_text),
        cmocka_unit_test(what_openai_refuses_is_refused),
        cmocka_unit_test(sections_are_cut_at_their_labels),
        cmocka_unit_test(a_message_without_labels_is_the_shoppers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
