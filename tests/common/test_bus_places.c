/* Which addresses of a name are connected to, and which are let go of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "common/bus_places.h"

#define LINK ((struct link *)(uintptr_t)0x1000)

static void
what_to_do_follows_from_the_last_answer_and_who_is_there(void **state)
{
    static const struct {
        bool named, linked, answers, twin_is_there;
        enum bus_step step;
    } cases[] = {
        { true, false, false, false, BUS_STEP_CONNECT },
        { true, false, false, true, BUS_STEP_KEEP }, /* another way to an orchestrator that we have */
        { true, true, false, false, BUS_STEP_KEEP }, /* it may come yet: libzmq tries again */
        { true, true, true, false, BUS_STEP_KEEP },
        { false, true, true, false, BUS_STEP_KEEP }, /* never cut one that still answers */
        { false, true, false, false, BUS_STEP_LET_GO },
        { false, false, false, false, BUS_STEP_FORGET },
        { false, false, false, true, BUS_STEP_FORGET },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bus_place place = { .named = cases[i].named, .link = cases[i].linked ? LINK : NULL };

        assert_int_equal(bus_places_step(&place, cases[i].answers, cases[i].twin_is_there), cases[i].step);
    }
}

static void
an_answer_names_anew(void **state)
{
    struct bus_places places = { 0 };

    (void)state;
    bus_places_begin(&places);
    bus_places_name(&places, "tcp://10.0.0.1:9");
    bus_places_name(&places, "tcp://10.0.0.2:9");
    bus_places_name(&places, "tcp://10.0.0.1:9");
    assert_int_equal(places.count, 2);
    places.at[1].link = LINK;
    bus_places_begin(&places);
    bus_places_name(&places, "tcp://10.0.0.3:9");
    assert_int_equal(places.count, 3);
    assert_false(places.at[0].named);
    assert_false(places.at[1].named);
    assert_true(places.at[2].named);
    assert_null(places.at[2].link);
    bus_places_begin(&places);
    bus_places_name(&places, "tcp://10.0.0.2:9"); /* it is back, and keeps its link */
    assert_true(places.at[1].named);
    assert_ptr_equal(bus_places_find(&places, LINK), &places.at[1]);
}

static void
what_is_forgotten_leaves_the_others_in_order(void **state)
{
    struct bus_places places = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++)
        bus_places_name(&places, (const char *const[]) { "tcp://a:1", "tcp://b:1", "tcp://c:1" }[i]);
    bus_places_forget(&places, 1);
    assert_int_equal(places.count, 2);
    assert_string_equal(places.at[0].endpoint, "tcp://a:1");
    assert_string_equal(places.at[1].endpoint, "tcp://c:1");
    bus_places_forget(&places, 1);
    bus_places_forget(&places, 0);
    assert_int_equal(places.count, 0);
    assert_null(bus_places_find(&places, LINK));
}

static void
there_is_room_for_so_many(void **state)
{
    static struct bus_places places;
    char endpoint[BUS_PLACE_SIZE];

    (void)state;
    for (int i = 0; i < BUS_PLACES + 5; i++) {
        snprintf(endpoint, sizeof endpoint, "tcp://10.0.%d.%d:9", i / 256, i % 256);
        bus_places_name(&places, endpoint);
    }
    assert_int_equal(places.count, BUS_PLACES);
    bus_places_begin(&places);
    bus_places_name(&places, "tcp://10.0.0.7:9"); /* a known one needs none */
    assert_true(places.at[7].named);
    bus_places_forget(&places, 0);
    bus_places_name(&places, "tcp://10.9.9.9:9");
    assert_true(places.at[BUS_PLACES - 1].named);
}

static void
while_nobody_answers_it_is_asked_sooner(void **state)
{
    (void)state;
    assert_int_equal(bus_places_wait_ms(5000, false), 5000);
    assert_int_equal(bus_places_wait_ms(5000, true), 1000);
    assert_int_equal(bus_places_wait_ms(200, true), 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_to_do_follows_from_the_last_answer_and_who_is_there),
        cmocka_unit_test(an_answer_names_anew),
        cmocka_unit_test(what_is_forgotten_leaves_the_others_in_order),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(while_nobody_answers_it_is_asked_sooner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
