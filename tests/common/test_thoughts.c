#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/buffer.h"
#include "common/model/thoughts.h"

static void
show(void *owner, const char *text, size_t size)
{
    buffer_append(owner, text, size);
}

static void
a_thought_before_the_answer_is_not_shown(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "<think>hm</think>yes", "yes" },
        { "\n <think>\nhm < /think> </thin</think>\n\nyes <think>really</think>",
          "yes <think>really</think>" },
        { "<think></think>", "" },
        { "<think>never said", "" },
        { "<<think>x", "<<think>x" },
        { "<<</think>x", "<<</think>x" },
        { "<think>a<</think>b", "b" },
        { "yes <think>no</think>", "yes <think>no</think>" },
        { "<thinking>", "<thinking>" },
        { "<th", "<th" },
        { " <b>", " <b>" },
        { "  ", "  " },
        { "", "" },
        { "                                  yes", "         yes" }, /* nobody misses those */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece < 20; piece++) {
            struct buffer out = { 0 };
            struct thoughts thoughts;
            size_t size = strlen(cases[i].text);

            thoughts_hide(&thoughts);
            for (size_t at = 0; at < size; at += piece)
                thoughts_read(&thoughts, cases[i].text + at, piece < size - at ? piece : size - at, show,
                              &out);
            thoughts_end(&thoughts, show, &out);
            assert_string_equal(buffer_string(&out), cases[i].shown);
            buffer_clear(&out);
        }
    }
}

static void
where_nothing_is_to_be_hidden_all_is_shown(void **state)
{
    struct thoughts thoughts = { 0 };
    struct buffer out = { 0 };

    (void)state;
    thoughts_read(&thoughts, "<think>hm</think>", 17, show, &out);
    thoughts_end(&thoughts, show, &out);
    assert_string_equal(out.bytes, "<think>hm</think>");
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thought_before_the_answer_is_not_shown),
        cmocka_unit_test(where_nothing_is_to_be_hidden_all_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
