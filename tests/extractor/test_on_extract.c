#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "extractor/extractor.h"
#include "tests/fake_bus.h"
#include "tests/fake_model.h"

/* EXTRACT between a bus and a model that are not there. What every assistant does alike is tested in
 * tests/psychologist/test_on_assess.c. */

struct scene {
    struct assistant self;
    struct peer *orchestrator;
    const char *shop; /* the facets */
};

static int
open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct daemon *daemon = &scene->self.daemon;

    log_set_level("error");
    daemon->options.capacity = 8;
    daemon->options.instructions = "";
    daemon->options.extract_model = "luna";
    daemon->options.extract_effort = "none";
    daemon->bus = fake_bus_new();
    scene->self.model = fake_model_new();
    scene->self.instructions = instructions_open(&daemon->options, "extractor", "find_product.json");
    assert_non_null(scene->self.instructions);
    scene->self.tasks = tasks_new(daemon, &scene->self, extract_begin);
    scene->orchestrator = fake_peer_new("orchestrator");
    scene->shop = "";
    *state = scene;
    return 0;
}

static int
close_scene(void **state)
{
    struct scene *scene = *state;

    tasks_destroy(&scene->self.tasks);
    instructions_close(&scene->self.instructions);
    fake_model_destroy(&scene->self.model);
    fake_bus_destroy(&scene->self.daemon.bus);
    fake_peer_destroy(&scene->orchestrator);
    free(scene);
    return 0;
}

static void
extract(struct scene *scene, const char *paragraph, const char *before, const char *language)
{
    struct message message = {
        .kind = MESSAGE_EXTRACT, .run = "r1", .step = "extract.1", .attempt = 2, .left_ms = 5000
    };

    message.extract.paragraph = paragraph;
    message.extract.before = before;
    message.extract.said = "a hat\nand shoes";
    message.extract.language = language;
    message.extract.shop = scene->shop;
    message.extract.shopper = "";
    assert_int_equal(on_extract(&scene->self, scene->orchestrator, &message), 0);
    tasks_turn(scene->self.tasks);
}

static const struct message *
only_answer(struct scene *scene)
{
    assert_int_equal(fake_bus_count(scene->self.daemon.bus), 1);
    return fake_bus_sent(scene->self.daemon.bus, 0);
}

static void
the_prompt_has_its_lines(void **state)
{
    struct scene *scene = *state;

    extract(scene, "A straw hat.\nAnd sandals.", "Hello.\n\nA shirt.", "");
    assert_string_equal(fake_model_said(scene->self.model, 0),
                        "LANGUAGE: en\nFACETS: {}\nCRITERIA: {}\n"
                        "SHOPPER: a hat and shoes\nBEFORE: Hello.  A shirt.\n"
                        "PARAGRAPH: A straw hat. And sandals.\n");
    assert_string_equal(fake_model_asked(scene->self.model, 0)->tool_choice, "auto");
    assert_null(fake_model_asked(scene->self.model, 0)->schema);
    assert_null(fake_model_asked(scene->self.model, 0)->shopper);
}

static void
the_shop_stands_in_the_prompt_as_it_came(void **state)
{
    struct scene *scene = *state;

    scene->shop = "{\"count\":3}";
    extract(scene, "A straw hat.", "", "en");
    assert_non_null(strstr(fake_model_said(scene->self.model, 0), "\nFACETS: {\"count\":3}\nCRITERIA: {}\n"));
}

static void
only_the_end_of_what_was_written_before_goes_along(void **state)
{
    struct scene *scene = *state;
    char before[6001] = "";
    const char *begin;

    for (int n = 0; n < 2000; n++)
        strcat(before, "\xe2\x82\xac"); /* three bytes each: 2,000 is no multiple */
    extract(scene, "A hat.", before, "de");
    begin = strstr(fake_model_said(scene->self.model, 0), "BEFORE: ") + 8;
    assert_int_equal(strcspn(begin, "\n"), 1998);
    assert_int_equal(strncmp(begin, "\xe2\x82\xac", 3), 0);
}

static void
a_heading_is_answered_without_a_model(void **state)
{
    struct scene *scene = *state;

    extract(scene, "## Shoes", "", "en");
    assert_int_equal(fake_model_count(scene->self.model), 0);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_EXTRACTED);
    assert_int_equal(json_array_size(only_answer(scene)->extracted.calls), 0);
    assert_null(only_answer(scene)->extracted.usage);
    assert_true(tasks_are_none(scene->self.tasks));
}

static void
end(struct scene *scene, enum model_status status, struct model_tool_call *calls, size_t count)
{
    struct model_result result = fake_model_result(status, "");

    result.error = status == MODEL_ERROR ? MODEL_ERROR_TRANSIENT : MODEL_ERROR_NONE;
    result.calls = calls;
    result.call_count = count;
    fake_model_end(scene->self.model, 0, &result);
}

static void
calls_become_wishes_with_their_cost(void **state)
{
    struct scene *scene = *state;
    struct model_tool_call calls[2] = { { .name = (char *)"find_product" },
                                        { .name = (char *)"find_product" } };
    const struct message *sent;

    calls[0].arguments = json_pack("{s:s, s:s}", "slot", "hat", "category", "hats");
    extract(scene, "A straw hat.", "", "en");
    end(scene, MODEL_TOOL_CALLS, calls, 2); /* the second one's arguments made no sense */
    sent = only_answer(scene);
    assert_int_equal(sent->kind, MESSAGE_EXTRACTED);
    assert_string_equal(sent->run, "r1");
    assert_string_equal(sent->step, "extract.1");
    assert_int_equal(sent->attempt, 2);
    assert_int_equal(json_array_size(sent->extracted.calls), 1);
    assert_int_equal(json_array_size(sent->extracted.usage), 1);
    json_decref(calls[0].arguments);
}

static void
no_calls_are_an_answer_too(void **state)
{
    static const enum model_status statuses[] = { MODEL_OK, MODEL_EMPTY, MODEL_TOOL_CALLS };
    struct scene *scene = *state;

    for (int n = 0; n < 3; n++) {
        struct model_result result = fake_model_result(statuses[n], "It names nothing.");

        extract(scene, "What a day.", "", "en");
        fake_model_end(scene->self.model, n, &result);
        assert_int_equal(fake_bus_sent(scene->self.daemon.bus, n)->kind, MESSAGE_EXTRACTED);
        assert_int_equal(json_array_size(fake_bus_sent(scene->self.daemon.bus, n)->extracted.calls), 0);
    }
}

static void
nothing_but_senseless_calls_are_refused_for_another_try(void **state)
{
    struct scene *scene = *state;
    struct model_tool_call call = { .name = (char *)"find_product" };

    extract(scene, "A straw hat.", "", "en");
    end(scene, MODEL_TOOL_CALLS, &call, 1);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_REFUSED);
    assert_string_equal(only_answer(scene)->refused.code, "model");
    assert_int_equal(only_answer(scene)->refused.retry, 1);
    assert_int_equal(json_array_size(only_answer(scene)->refused.usage), 1);
}

static void
calls_that_were_cut_are_never_run(void **state)
{
    struct scene *scene = *state;
    struct model_tool_call call = { .name = (char *)"find_product" };

    call.arguments = json_pack("{s:s}", "slot", "hat");
    extract(scene, "A straw hat.", "", "en");
    end(scene, MODEL_LENGTH, &call, 1);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_REFUSED);
    assert_int_equal(only_answer(scene)->refused.retry, 0);
    json_decref(call.arguments);
}

static void
a_failed_exchange_is_refused(void **state)
{
    struct scene *scene = *state;

    extract(scene, "A straw hat.", "", "en");
    end(scene, MODEL_ERROR, NULL, 0);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_REFUSED);
    assert_int_equal(only_answer(scene)->refused.retry, 1);
}

static void
cancel_stops_it(void **state)
{
    struct scene *scene = *state;
    struct message message = { .kind = MESSAGE_CANCEL, .run = "r1", .step = "" };

    message.cancel.reason = "aborted";
    extract(scene, "A straw hat.", "", "en");
    assert_int_equal(on_cancel(&scene->self, scene->orchestrator, &message), 0);
    assert_true(fake_model_was_cancelled(scene->self.model, 0));
    assert_true(tasks_are_none(scene->self.tasks));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_prompt_has_its_lines),
        TEST(the_shop_stands_in_the_prompt_as_it_came),
        TEST(only_the_end_of_what_was_written_before_goes_along),
        TEST(a_heading_is_answered_without_a_model),
        TEST(calls_become_wishes_with_their_cost),
        TEST(no_calls_are_an_answer_too),
        TEST(nothing_but_senseless_calls_are_refused_for_another_try),
        TEST(calls_that_were_cut_are_never_run),
        TEST(a_failed_exchange_is_refused),
        TEST(cancel_stops_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
