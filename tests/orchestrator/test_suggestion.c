#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/suggestion.h"

/* What was said: paragraphs as they ended, each with its pieces joined, `|` between them; a `!` before one
 * that names no product. */
struct heard {
    struct buffer whole, pieces;
    bool open, broken_utf8, differs;
};

/* Does TEXT begin or end in the middle of a character? */
static bool
is_cut(const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        unsigned char byte = (unsigned char)text[at];

        at += byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : size + 1;
    }
    return at != size;
}

static void
hear(void *owner, enum suggestion_kind kind, const char *text, size_t size, bool named)
{
    struct heard *heard = owner;

    if (kind == SUGGESTION_BEGIN) {
        assert_false(heard->open);
        heard->open = true;
        buffer_reset(&heard->pieces);
    } else if (kind == SUGGESTION_TEXT) {
        assert_true(heard->open && size > 0);
        heard->broken_utf8 = heard->broken_utf8 || is_cut(text, size);
        buffer_append(&heard->pieces, text, size);
    } else {
        assert_true(heard->open);
        heard->open = false;
        heard->differs = heard->differs || strcmp(buffer_string(&heard->pieces), text) != 0;
        if (heard->whole.size > 0)
            buffer_text(&heard->whole, "|");
        if (!named)
            buffer_text(&heard->whole, "!");
        buffer_append(&heard->whole, text, size);
    }
}

/* The paragraphs of TEXT when it comes in the pieces [0, first), [first, second), [second, end). */
static char *
paragraphs_of(const char *text, size_t size, size_t first, size_t second)
{
    struct suggestion suggestion;
    struct heard heard = { 0 };

    suggestion_init(&suggestion, hear, &heard);
    suggestion_feed(&suggestion, text, first);
    suggestion_feed(&suggestion, text + first, second - first);
    suggestion_feed(&suggestion, text + second, size - second);
    suggestion_finish(&suggestion);
    assert_false(heard.open);
    assert_false(heard.broken_utf8);
    assert_false(heard.differs);
    suggestion_clear(&suggestion);
    buffer_clear(&heard.pieces);
    return heard.whole.bytes == NULL ? strdup("") : buffer_take(&heard.whole);
}

static void
expect(const char *text, const char *paragraphs)
{
    char *got = paragraphs_of(text, strlen(text), 0, 0);

    assert_string_equal(got, paragraphs);
    free(got);
}

static const char *const samples[] = {
    "One paragraph of words.",
    "First.\n\nSecond.\n \t\n\n\nThird.\n",
    "Hello!\n\n- a shirt\n- trousers\n  of linen\n* a hat\n+ a bag\n\xE2\x80\xA2 shoes\n1. one\n2) two\nnot "
    "a list",
    "# The look\nA shirt.\n## More\n\nTrousers.\r\n\r\nShoes.",
    "- caf\xC3\xA9 \xE2\x82\xAC 20 \xF0\x9F\x91\x92\n\xE2\x82\xAC 30\n- \xE6\x9C\x8D",
    "a\n1.5 metres\n-5 degrees\n1234. no\n12\n\n---\n\n**The top**\n\nTop:\n\nwords\n*bold* words",
    "  leading\n\n\n   - indented\n     more\n",
    "ends in a mark\n-",
    "ends in a line\n",
    "\n\n  \n",
    "",
    "\xE2",
    "a\xC3\n\nb",
};

static void
paragraphs_end_where_the_rules_say(void **state)
{
    (void)state;
    expect("One.", "One.");
    expect("First.\n\nSecond.\n \t\n\n\nThird.\n", "First.|Second.|Third.");
    expect("Wear:\n- a shirt\n- trousers\n  of linen\n* a hat",
           "!Wear:|- a shirt|- trousers\n  of linen|* a hat");
    expect("1. one\n2) two\n\xE2\x80\xA2 three\n+ four", "1. one|2) two|\xE2\x80\xA2 three|+ four");
    expect("# The look\nA shirt.\n## More\nB", "!# The look|A shirt.|!## More|B");
    expect("a\n1.5 metres\n-5 degrees\n12\n1234. x", "a\n1.5 metres\n-5 degrees\n12\n1234. x");
    expect("a\n1.", "a\n1.");
    expect("a\r\n\r\nb", "a|b");
    expect("\n\n   a\n\n   - b\n", "a|- b");
    expect("- ", "!- ");
    expect(" 1", "1");
    expect("a\n-\tb\n1.\tc", "a|-\tb|1.\tc");
}

static void
no_cut_of_the_stream_changes_a_paragraph(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        size_t size = strlen(samples[i]);
        char *whole;

        if (samples[i][0] == '\xE2' && size == 1)
            continue;
        if (strchr(samples[i], '\xC3') != NULL && strchr(samples[i], '\xC3')[1] == '\n')
            continue; /* not UTF-8: see below */
        whole = paragraphs_of(samples[i], size, 0, 0);
        for (size_t first = 0; first <= size; first++) {
            for (size_t second = first; second <= size; second++) {
                char *cut = paragraphs_of(samples[i], size, first, second);

                assert_string_equal(cut, whole);
                free(cut);
            }
        }
        free(whole);
    }
}

static void
a_character_that_is_never_finished_is_passed_on(void **state)
{
    struct suggestion suggestion;
    struct heard heard = { 0 };

    (void)state;
    suggestion_init(&suggestion, hear, &heard);
    suggestion_feed(&suggestion, "a\xC3\n\nb\xF0\x9F", 7);
    suggestion_finish(&suggestion);
    assert_string_equal(heard.whole.bytes, "a\xC3|b\xF0\x9F");
    suggestion_clear(&suggestion);
    buffer_clear(&heard.whole);
    buffer_clear(&heard.pieces);
}

/* COUNT times UNIT, then REST. */
static char *
repeat(const char *unit, size_t count, const char *rest)
{
    struct buffer text = { 0 };

    for (size_t i = 0; i < count; i++)
        buffer_text(&text, unit);
    buffer_text(&text, rest);
    return buffer_take(&text);
}

static size_t
count_of(const char *text, char what)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == what;
    return count;
}

static void
a_long_paragraph_ends_with_a_sentence(void **state)
{
    char *text = repeat("word ", 245, "(\"end.\") Next one. More follows here. And more"), *got;
    char *bytewise;
    size_t size = strlen(text);

    (void)state;
    got = paragraphs_of(text, size, 0, 0);
    assert_int_equal(count_of(got, '|'), 1);
    assert_non_null(strstr(got, "(\"end.\")|Next one."));
    for (size_t cut = 1190; cut < size; cut++) {
        bytewise = paragraphs_of(text, size, cut, cut);
        assert_string_equal(bytewise, got);
        free(bytewise);
    }
    free(got);
    free(text);
}

static void
a_long_paragraph_counts_characters_and_not_bytes(void **state)
{
    char *text = repeat("\xC3\xA9\xC3\xA9. ", 290, ""), *got = paragraphs_of(text, strlen(text), 700, 701);

    (void)state;
    assert_int_equal(count_of(got, '|'), 0); /* 1,160 characters */
    free(got);
    free(text);
    text = repeat("\xE6\x9C\x8D\xE3\x80\x82 ", 420, "");
    got = paragraphs_of(text, strlen(text), 0, 0);
    assert_int_equal(count_of(got, '|'), 1);
    free(got);
    free(text);
}

static void
a_long_paragraph_without_sentences_ends_with_a_word(void **state)
{
    char *text = repeat("word ", 900, ""), *got = paragraphs_of(text, strlen(text), 0, 0);

    (void)state;
    assert_int_equal(count_of(got, '|'), 1);
    assert_int_equal(strcspn(got, "|"), 4004); /* the first space at or after 4,000 */
    free(got);
    free(text);
    text = repeat("a line.\n", 160, "the end"); /* a line's end is white space as well */
    got = paragraphs_of(text, strlen(text), 0, 0);
    assert_int_equal(count_of(got, '|'), 1);
    free(got);
    free(text);
}

static void
a_broken_paragraph_is_forgotten(void **state)
{
    struct suggestion suggestion;
    struct heard heard = { 0 };

    (void)state;
    suggestion_init(&suggestion, hear, &heard);
    suggestion_feed(&suggestion, "half a sen", 10);
    suggestion_break(&suggestion);
    heard.open = false;
    suggestion_feed(&suggestion, "A new one.", 10);
    suggestion_finish(&suggestion);
    assert_string_equal(heard.whole.bytes, "A new one.");
    suggestion_clear(&suggestion);
    buffer_clear(&heard.whole);
    buffer_clear(&heard.pieces);
}

static void
headings_rules_and_greetings_name_no_product(void **state)
{
    static const char *const none[] = { "",       "# Your look",  "---",
                                        "***",    "**The top**",  "**The top**:",
                                        "Shoes:", "Hello there!", "Hi,",
                                        "hey",    "Bonjour !",    "Good morning.",
                                        "- " };
    static const char *const some[] = {
        "A white shirt.",
        "**A shirt** in white",
        "**bold",
        "Hiking boots",
        "Hidden: a belt\nand more:",
        "Hi! I would take the linen shirt and the chinos with a belt.",
        "**a** and **b**",
        "For the evening I would take one of the following three:",
    };

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(suggestion_may_name(none[i]));
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_true(suggestion_may_name(some[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_end_where_the_rules_say),
        cmocka_unit_test(no_cut_of_the_stream_changes_a_paragraph),
        cmocka_unit_test(a_character_that_is_never_finished_is_passed_on),
        cmocka_unit_test(a_long_paragraph_ends_with_a_sentence),
        cmocka_unit_test(a_long_paragraph_counts_characters_and_not_bytes),
        cmocka_unit_test(a_long_paragraph_without_sentences_ends_with_a_word),
        cmocka_unit_test(a_broken_paragraph_is_forgotten),
        cmocka_unit_test(headings_rules_and_greetings_name_no_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
