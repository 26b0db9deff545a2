#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/sse.h"

/* Events as lines "name|data", so that a test reads like the stream. */
static void
note(void *owner, const char *name, const char *data, size_t size)
{
    buffer_printf(owner, "%s|%.*s\n", name, (int)size, data);
}

/* Read STREAM in pieces of PIECE bytes (0: whole). Returns the events; *CUT whether it was cut at its end. */
static char *
read_in(const char *stream, size_t size, size_t piece, int *cut)
{
    struct buffer out = { 0 };
    struct sse sse;

    sse_begin(&sse, 0, 0);
    for (size_t at = 0; at < size;) {
        size_t part = piece && piece < size - at ? piece : size - at;
        assert_int_equal(sse_feed(&sse, stream + at, part, note, &out), 0);
        at += part;
    }
    *cut = sse_end(&sse, note, &out);
    sse_clear(&sse);
    buffer_append(&out, "", 0);
    return buffer_take(&out);
}

static void
events_are_the_same_however_they_are_cut(void **state)
{
    static const struct {
        const char *stream, *events;
        int cut;
    } cases[] = {
        { "data: a\n\ndata: b\n\n", "|a\n|b\n", 0 },
        { "data: a\r\rdata: b\r\r", "|a\n|b\n", 0 },
        { "data: a\r\n\r\ndata: b\r\n\r\n", "|a\n|b\n", 0 },
        { "data: a\r\n\rdata: b\n\r\n", "|a\n|b\n", 0 },
        { "data: a\r\r\ndata: b\n\n", "|a\n|b\n", 0 },
        { "\xEF\xBB\xBF"
          "data: a\n\n",
          "|a\n", 0 },
        { "\n\n\ndata:a\n\n\n\n", "|a\n", 0 },
        { "data:  a\n\n", "| a\n", 0 }, /* one blank goes, no more */
        { ": hello\ndata: a\n:\n\n: bye\n", "|a\n", 0 },
        { "data: a\ndata: b\ndata\ndata:\n\n", "|a\nb\n\n\n", 0 },
        { "event: x\ndata: a\n\ndata: b\n\n", "x|a\n|b\n", 0 },
        { "event: x\n\ndata: b\n\n", "|b\n", 0 }, /* no data, no event, and its name is forgotten */
        { "id: 1\nretry: 5\nnobody: knows\ndata: a\n\n", "|a\n", 0 },
        { "data: \xC3\xA9\xF0\x9F\x98\x8A\n\n", "|\xC3\xA9\xF0\x9F\x98\x8A\n", 0 },
        { "data: {\"a\":1}", "|{\"a\":1}\n", 0 }, /* the end of the stream ends what is whole */
        { "data: [DONE]", "|[DONE]\n", 0 },
        { "data: {\"a\":1", "", -1 },
        { "data: {\"a\":1}\ndata: ,", "", -1 },
        { "error: {\"code\":500}\n\n", "error|{\"code\":500}\n", 0 },     /* older llama-server */
        { "data: a\n\n{\"error\":1}\n", "|a\nerror|{\"error\":1}\n", 0 }, /* Ollama */
        { "data: a\n{\"error\":1}\n", "|a\nerror|{\"error\":1}\n", 0 },
        { "", "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 0; piece < 8; piece++) {
            int cut;
            char *events = read_in(cases[i].stream, strlen(cases[i].stream), piece, &cut);
            assert_string_equal(events ? events : "", cases[i].events);
            assert_int_equal(cut, cases[i].cut);
            free(events);
        }
    }
}

static void
the_done_marker_may_have_blanks_around_it(void **state)
{
    (void)state;
    assert_true(sse_is_done(" [DONE]\r", 8));
    assert_true(sse_is_done("[DONE]", 6));
    assert_false(sse_is_done("[DONE", 5));
    assert_false(sse_is_done("", 0));
    assert_false(sse_is_done("  ", 2));
}

static void
a_name_that_is_too_long_is_cut(void **state)
{
    struct buffer stream = { 0 };
    char *events;
    int cut;

    (void)state;
    buffer_printf(&stream, "event: %0100d\ndata: a\n\n", 0);
    events = read_in(stream.bytes, stream.size, 0, &cut);
    assert_int_equal(strlen(events), 47 + 3);
    free(events);
    buffer_clear(&stream);
}

static void
lines_events_and_streams_have_limits(void **state)
{
    static const struct {
        const char *stream;
        size_t line, all;
        int failed;
    } cases[] = {
        { "data: 0123456789\n\n", 16, 0, 0 },
        { "data: 0123456789\n\n", 15, 0, -1 },
        { "data: 01234567\ndata: 01234567\n\n", 18, 0, 0 },
        { "data: 01234567\ndata: 01234567\n\n", 17, 0, -1 }, /* the event */
        { "data: a\n\ndata: b\n\n", 0, 18, 0 },
        { "data: a\n\ndata: b\n\n", 0, 17, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            struct buffer out = { 0 };
            struct sse sse;
            int failed = 0;
            size_t size = strlen(cases[i].stream);

            sse_begin(&sse, cases[i].line, cases[i].all);
            for (size_t at = 0; at < size && !failed; at += bytewise ? 1 : size)
                failed = sse_feed(&sse, cases[i].stream + at, bytewise ? 1 : size, note, &out);
            assert_int_equal(failed, cases[i].failed);
            sse_clear(&sse);
            buffer_clear(&out);
        }
    }
}

static void
an_end_in_the_middle_of_a_huge_line_is_refused_too(void **state)
{
    struct buffer out = { 0 };
    struct sse sse;

    (void)state;
    sse_begin(&sse, 24, 0);
    assert_int_equal(sse_feed(&sse, "data: 0123456789\ndata: 0123456789", 33, note, &out), 0);
    assert_int_equal(sse_end(&sse, note, &out), -1); /* no JSON: cut */
    sse_clear(&sse);
    sse_begin(&sse, 20, 0);
    assert_int_equal(sse_feed(&sse, "data: 0123456789\ndata: 0123456789", 33, note, &out), 0);
    assert_int_equal(sse_end(&sse, note, &out), -1);
    sse_clear(&sse);
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_the_same_however_they_are_cut),
        cmocka_unit_test(the_done_marker_may_have_blanks_around_it),
        cmocka_unit_test(a_name_that_is_too_long_is_cut),
        cmocka_unit_test(lines_events_and_streams_have_limits),
        cmocka_unit_test(an_end_in_the_middle_of_a_huge_line_is_refused_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
