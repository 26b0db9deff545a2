/* The words of a description in Markdown. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wardrobe/markdown.h"

static void
marks_go_and_words_stay(void **state)
{
    static const struct {
        const char *markdown, *text;
    } samples[] = {
        { "", "" },
        { "plain", "plain" },
        { "# Soft\n## Light", "Soft\nLight" },
        { "- linen\n* cotton\n+ wool\n1. silk\n12) hemp", "linen\ncotton\nwool\nsilk\nhemp" },
        { "> quoted\n> > twice", "quoted\ntwice" },
        { "**bold** *soft* __strong__ _light_ `code` ~~old~~", "bold soft strong light code old" },
        { "[linen](https://x/y) and ![a shirt](https://i)", "linen and a shirt" },
        { "[no link] (really)", "[no link] (really)" },
        { "5 * 3 and snake_case and 2.5 cm", "5 * 3 and snake_case and 2.5 cm" },
        { "100% linen #1", "100% linen #1" },
        { "\\*not soft\\*", "*not soft*" },
        { "2024 was - well - good", "2024 was - well - good" },
        { "<p>HTML stays</p>", "<p>HTML stays</p>" },
        { "[", "[" },
        { "![", "![" },
        { "*", "*" },
        { "- ", "" },
        { "a\n\n\n- b", "a\n\n\nb" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t size = strlen(samples[i].markdown);
        char *out = malloc(size + 1);

        markdown_text(samples[i].markdown, size, out);
        assert_string_equal(out, samples[i].text);
        free(out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_go_and_words_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
