#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/metrics.h"

/* Metrics are the process' own and live as long as it does: one test of all. */
static void
what_is_counted_is_written_name_by_name(void **state)
{
    struct buffer out = { 0 };

    (void)state;
    metrics_add(metrics_counter("calls", "model=\"a\"", "Calls."), 2);
    metrics_set(metrics_gauge("clients", "", "Clients."), 3);
    metrics_add(metrics_counter("calls", "model=\"b\"", "Calls."), 1);
    metrics_add(metrics_counter("calls", "model=\"a\"", "Calls."), 0.5);
    metrics_write(&out, "");
    assert_string_equal(buffer_string(&out), "# HELP calls Calls.\n# TYPE calls counter\n"
                                             "calls{model=\"a\"} 2.5\ncalls{model=\"b\"} 1\n"
                                             "# HELP clients Clients.\n# TYPE clients gauge\nclients{} 3\n");
    buffer_reset(&out);
    metrics_write(&out, "daemon=\"x\"");
    assert_non_null(strstr(out.bytes, "\ncalls{daemon=\"x\",model=\"b\"} 1\n"));
    assert_non_null(strstr(out.bytes, "\nclients{daemon=\"x\"} 3\n"));
    buffer_reset(&out);
    metrics_observe_ms(metrics_histogram("ms", "", "Time."), 15);
    metrics_observe_ms(metrics_histogram("ms", "", "Time."), 99999);
    metrics_write(&out, "daemon=\"x\"");
    assert_non_null(
        strstr(out.bytes, "\nms_bucket{daemon=\"x\",le=\"10\"} 0\nms_bucket{daemon=\"x\",le=\"20\"} 1\n"));
    assert_non_null(strstr(out.bytes, "\nms_bucket{daemon=\"x\",le=\"+Inf\"} 2\nms_sum{daemon=\"x\"} 100014\n"
                                      "ms_count{daemon=\"x\"} 2\n"));
    buffer_clear(&out);
}

#define HEAD(name) "# HELP " name " Some.\n# TYPE " name " counter\n"

static void
figures_of_several_processes_become_one_text(void **state)
{
    static const struct {
        const char *texts[3];
        const char *joined;
    } cases[] = {
        { { HEAD("a") "a{} 1\n" HEAD("b") "b{} 2\n", HEAD("b") "b{x=\"y\"} 3\n" HEAD("c") "c{} 4\n",
            HEAD("a") "a{z=\"1\"} 5\na{z=\"2\"} 6\n" },
          HEAD("a") "a{} 1\na{z=\"1\"} 5\na{z=\"2\"} 6\n" HEAD("b") "b{} 2\nb{x=\"y\"} 3\n" HEAD(
              "c") "c{} 4\n" },
        { { "", HEAD("a") "a{} 1\n", "" }, HEAD("a") "a{} 1\n" },
        { { HEAD("a") "a{} 1\n", "hello", "# HELP a" }, HEAD("a") "a{} 1\n" },
        { { HEAD("a") "a{} 1\n", "# HELP a Some.\n# HELP b Some.\n# TYPE b counter\nb{} 1\n",
            HEAD("ab") "ab{} 2\n" },
          HEAD("a") "a{} 1\n" HEAD("ab") "ab{} 2\n" },
        { { "", "", "" }, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = { 0 };
        metrics_join(&out, cases[i].texts, 3);
        assert_string_equal(buffer_string(&out), cases[i].joined);
        buffer_clear(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_written_name_by_name),
        cmocka_unit_test(figures_of_several_processes_become_one_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
