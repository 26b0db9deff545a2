#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/log.h"
#include "common/money.h"

static void
minor_units_follow_the_currency(void **state)
{
    char text[48];

    (void)state;
    assert_int_equal(money_minor(49.5, "USD"), 4950);
    assert_int_equal(money_minor(19.99, "EUR"), 1999);
    assert_int_equal(money_minor(4900, "JPY"), 4900);
    assert_int_equal(money_minor(1.2345, "KWD"), 1235);
    assert_int_equal(money_minor(-1, "USD"), -1);
    assert_int_equal(money_minor(1e20, "USD"), -1);
    assert_int_equal(money_minor(0.0 / 0.0 * -1, "USD"), -1);
    money_text(4950, "USD", text, sizeof text);
    assert_string_equal(text, "49.50 USD");
    money_text(4900, "JPY", text, sizeof text);
    assert_string_equal(text, "4900 JPY");
    money_text(5, "KWD", text, sizeof text);
    assert_string_equal(text, "0.005 KWD");
}

static struct money_rates *
rates_of(const char *lines)
{
    char path[] = "/tmp/ensemble-rates-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct money_rates *rates;

    fputs(lines, file);
    fclose(file);
    rates = money_rates_open(path);
    unlink(path);
    return rates;
}

static void
other_currencies_are_converted_by_the_operators_rates(void **state)
{
    struct money_rates *rates = rates_of("# today\n\nEUR 1.08\nJPY 0.0065 # ten thousand are 65\n");

    (void)state;
    assert_non_null(rates);
    assert_int_equal(money_convert(rates, 10000, "EUR", "USD"), 10800);
    assert_int_equal(money_convert(rates, 10000, "JPY", "USD"), 6500);
    assert_int_equal(money_convert(rates, 10000, "USD", "USD"), 10000);
    assert_int_equal(money_convert(rates, 10000, "GBP", "USD"), -1);
    money_rates_close(&rates);
    assert_null(rates);
}

static void
without_a_file_there_are_no_rates(void **state)
{
    struct money_rates *rates = money_rates_open("");

    (void)state;
    assert_int_equal(money_convert(rates, 1, "EUR", "USD"), -1);
    money_rates_close(&rates);
}

static void
a_broken_rates_file_is_refused(void **state)
{
    (void)state;
    assert_null(money_rates_open("/nowhere/rates"));
    assert_null(rates_of("euro 1.08\n"));
    assert_null(rates_of("EUR -1\n"));
    assert_null(rates_of("EUR\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minor_units_follow_the_currency),
        cmocka_unit_test(other_currencies_are_converted_by_the_operators_rates),
        cmocka_unit_test(without_a_file_there_are_no_rates),
        cmocka_unit_test(a_broken_rates_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
