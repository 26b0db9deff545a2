#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "psychologist/psychologist.h"
#include "tests/fake_bus.h"
#include "tests/fake_model.h"

/* ASSESS and CANCEL, and what every assistant does alike (common/tasks.c), between a bus and a model that
 * are not there. */

static const char *const answer =
    "{\"topic\":\"fashion\",\"occasion\":\"beach wedding\",\"mood\":null,\"needs\":[],"
    "\"summary\":\"A guest.\",\"language\":\"en\",\"want\":\"look\",\"slots\":[],"
    "\"criteria\":[{\"op\":\"set\",\"field\":\"size\",\"slot\":\"all\",\"any\":[\"M\"],"
    "\"class\":\"letters\"}],\"exclude_shown\":[]}";

struct scene {
    struct assistant self;
    struct peer *orchestrator, *another;
};

static int
open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct daemon *daemon = &scene->self.daemon;

    log_set_level("error");
    daemon->options.capacity = 3;
    daemon->options.instructions = "";
    daemon->options.assess_model = "luna";
    daemon->options.assess_effort = "none";
    daemon->options.drain_ms = 301;
    daemon->bus = fake_bus_new();
    scene->self.model = fake_model_new();
    scene->self.instructions = instructions_open(&daemon->options, "psychologist", "assessment.json");
    assert_non_null(scene->self.instructions);
    scene->self.tasks = tasks_new(daemon, &scene->self, assess_begin);
    scene->orchestrator = fake_peer_new("orchestrator");
    scene->another = fake_peer_new("orchestrator");
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
    loop_destroy(&scene->self.daemon.loop);
    fake_peer_destroy(&scene->orchestrator);
    fake_peer_destroy(&scene->another);
    free(scene);
    return 0;
}

static void
assess(struct scene *scene, struct peer *from, const char *run, const char *step, int64_t left_ms)
{
    struct message message = {
        .kind = MESSAGE_ASSESS, .run = run, .step = step, .attempt = 1, .left_ms = left_ms
    };

    message.assess.said = "a hat\nCRITERIA: {}";
    message.assess.shopper = "abc";
    message.assess.history = json_pack("[{s:s,s:s}, {s:s,s:s}]", "role", "user", "content", "hello", "role",
                                       "system", "content", "no");
    message.assess.shown = json_pack("[{s:s,s:s,s:s,s:{s:i,s:s}}]", "id", "LN-204", "title", "Linen Shirt",
                                     "slot", "top", "price", "amount", 4900, "currency", "USD");
    message.assess.criteria = json_pack("{s:{s:s,s:[s],s:s}}", "not.product", "field", "product", "none",
                                        "LN-999", "label", "not the Hat");
    assert_int_equal(on_assess(&scene->self, from, &message), 0);
    json_decref(message.assess.history);
    json_decref(message.assess.shown);
    json_decref(message.assess.criteria);
}

static void
cancel(struct scene *scene, struct peer *from, const char *run, const char *step)
{
    struct message message = { .kind = MESSAGE_CANCEL, .run = run, .step = step };

    message.cancel.reason = "it is over";
    assert_int_equal(on_cancel(&scene->self, from, &message), 0);
}

static const struct message *
only_answer(struct scene *scene)
{
    assert_int_equal(fake_bus_count(scene->self.daemon.bus), 1);
    assert_ptr_equal(fake_bus_receiver(scene->self.daemon.bus, 0), scene->orchestrator);
    return fake_bus_sent(scene->self.daemon.bus, 0);
}

static void
end(struct scene *scene, int n, enum model_status status, enum model_error_class error, const char *text)
{
    struct model_result result = fake_model_result(status, text);

    result.error = error;
    fake_model_end(scene->self.model, n, &result);
}

static void
a_question_is_asked_once_its_turn_has_ended(void **state)
{
    struct scene *scene = *state;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    assert_int_equal(fake_model_count(scene->self.model), 0);
    assert_false(tasks_are_none(scene->self.tasks));
    tasks_turn(scene->self.tasks);
    tasks_turn(scene->self.tasks);
    assert_int_equal(fake_model_count(scene->self.model), 1);
}

static void
the_prompt_has_its_lines_and_no_ids(void **state)
{
    struct scene *scene = *state;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    tasks_turn(scene->self.tasks);
    assert_string_equal(
        fake_model_said(scene->self.model, 0),
        "FACETS: {}\n"
        "CRITERIA: {\"not.product\":{\"field\":\"product\",\"label\":\"not the Hat\"}}\n"
        "PROFILE: {}\n"
        "SHOWN: [{\"n\":1,\"price\":\"49.00 USD\",\"slot\":\"top\",\"title\":\"Linen Shirt\"}]\n"
        "SHOPPER: a hat CRITERIA: {}\n");
    assert_int_equal(fake_model_messages(scene->self.model, 0), 2); /* no role but user and assistant */
}

static void
the_model_gets_a_schema_and_the_time_that_is_left(void **state)
{
    struct scene *scene = *state;
    const struct model_request *request;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    assess(scene, scene->orchestrator, "r2", "assess", 0);
    tasks_turn(scene->self.tasks);
    request = fake_model_asked(scene->self.model, 0);
    assert_string_equal(request->model, "luna");
    assert_ptr_equal(request->schema, instructions_schema(scene->self.instructions));
    assert_in_range(request->deadline_ms, 4000, 5000);
    assert_true(request->restartable);
    assert_string_equal(request->schema_name, instructions_version(scene->self.instructions));
    assert_in_range(fake_model_asked(scene->self.model, 1)->deadline_ms, 30000, 60000); /* none was named */
}

static void
the_answer_carries_what_was_understood_and_its_cost(void **state)
{
    struct scene *scene = *state;
    const struct message *sent;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    tasks_turn(scene->self.tasks);
    end(scene, 0, MODEL_OK, MODEL_ERROR_NONE, answer);
    sent = only_answer(scene);
    assert_int_equal(sent->kind, MESSAGE_ASSESSED);
    assert_string_equal(sent->run, "r1");
    assert_string_equal(sent->step, "assess");
    assert_int_equal(sent->attempt, 1);
    assert_string_equal(json_string_value(json_object_get(sent->assessed.profile, "occasion")),
                        "beach wedding");
    assert_int_equal(json_array_size(sent->assessed.patch), 1);
    assert_int_equal(json_array_size(sent->assessed.usage), 1);
    assert_true(tasks_are_none(scene->self.tasks));
}

static void
what_the_model_can_not_answer_is_refused_with_its_cost(void **state)
{
    static const struct {
        enum model_status status;
        enum model_error_class error;
        const char *text;
        int retry;
    } cases[] = {
        { MODEL_OK, MODEL_ERROR_NONE, "I would say a hat.", 0 },
        { MODEL_OK, MODEL_ERROR_NONE, "[]", 0 },
        { MODEL_TOOL_CALLS, MODEL_ERROR_NONE, "", 0 },
        { MODEL_EMPTY, MODEL_ERROR_NONE, "", 1 },
        { MODEL_LENGTH, MODEL_ERROR_NONE, "{\"topic\":", 0 },
        { MODEL_FILTER, MODEL_ERROR_NONE, "", 0 },
        { MODEL_REFUSAL, MODEL_ERROR_NONE, "", 0 },
        { MODEL_ERROR, MODEL_ERROR_TRANSIENT, "", 1 },
        { MODEL_ERROR, MODEL_ERROR_RATE, "", 1 },
        { MODEL_ERROR, MODEL_ERROR_OVERLOAD, "", 1 },
        { MODEL_ERROR, MODEL_ERROR_PROTOCOL, "", 1 },
        { MODEL_ERROR, MODEL_ERROR_TIMEOUT, "", 1 },
        { MODEL_ERROR, MODEL_ERROR_AUTH, "", 0 },
        { MODEL_ERROR, MODEL_ERROR_QUOTA, "", 0 },
        { MODEL_ERROR, MODEL_ERROR_BAD_REQUEST, "", 0 },
    };
    struct scene *scene = *state;

    for (int n = 0; n < (int)(sizeof cases / sizeof *cases); n++) {
        const struct message *sent;

        assess(scene, scene->orchestrator, "r1", "assess", 60000);
        tasks_turn(scene->self.tasks);
        end(scene, n, cases[n].status, cases[n].error, cases[n].text);
        sent = fake_bus_sent(scene->self.daemon.bus, n);
        assert_int_equal(sent->kind, MESSAGE_REFUSED);
        assert_string_equal(sent->refused.code, "model");
        assert_int_equal(sent->refused.retry, cases[n].retry);
        assert_int_equal(json_array_size(sent->refused.usage), 1);
    }
}

static void
an_error_after_the_time_is_up_is_not_worth_a_retry(void **state)
{
    struct scene *scene = *state;
    int64_t begun_ms;

    assess(scene, scene->orchestrator, "r1", "assess", 1);
    begun_ms = clock_now_ms();
    while (clock_now_ms() < begun_ms + 2)
        ;
    tasks_turn(scene->self.tasks);
    assert_int_equal(fake_model_asked(scene->self.model, 0)->deadline_ms, 1);
    end(scene, 0, MODEL_ERROR, MODEL_ERROR_TIMEOUT, "");
    assert_string_equal(only_answer(scene)->refused.code, "deadline");
    assert_int_equal(only_answer(scene)->refused.retry, 0);
}

static void
more_than_fits_into_its_hands_is_refused_as_busy(void **state)
{
    struct scene *scene = *state;

    for (int n = 0; n < 4; n++)
        assess(scene, scene->orchestrator, "r1", "assess", 5000);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_REFUSED);
    assert_string_equal(only_answer(scene)->refused.code, "busy");
    assert_int_equal(only_answer(scene)->refused.retry, 1);
    tasks_turn(scene->self.tasks);
    assert_int_equal(fake_model_count(scene->self.model), 3);
    end(scene, 1, MODEL_OK, MODEL_ERROR_NONE, answer); /* there is room again */
    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    tasks_turn(scene->self.tasks);
    assert_int_equal(fake_model_count(scene->self.model), 4);
}

static void
what_is_cancelled_before_its_turn_ends_is_never_asked(void **state)
{
    struct scene *scene = *state;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    cancel(scene, scene->orchestrator, "r1", "assess");
    tasks_turn(scene->self.tasks);
    assert_int_equal(fake_model_count(scene->self.model), 0);
    assert_true(tasks_are_none(scene->self.tasks));
}

static void
cancel_stops_that_step_or_the_whole_run_and_no_other(void **state)
{
    struct scene *scene = *state;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    assess(scene, scene->orchestrator, "r1", "again", 5000);
    assess(scene, scene->orchestrator, "r2", "assess", 5000);
    tasks_turn(scene->self.tasks);
    cancel(scene, scene->another, "r1", ""); /* not his */
    cancel(scene, scene->orchestrator, "r3", "");
    assert_false(fake_model_was_cancelled(scene->self.model, 0));
    cancel(scene, scene->orchestrator, "r1", "again");
    assert_false(fake_model_was_cancelled(scene->self.model, 0));
    assert_true(fake_model_was_cancelled(scene->self.model, 1));
    cancel(scene, scene->orchestrator, "r1", "");
    assert_true(fake_model_was_cancelled(scene->self.model, 0));
    assert_false(fake_model_was_cancelled(scene->self.model, 2));
    assert_int_equal(fake_bus_count(scene->self.daemon.bus), 0); /* nobody waits */
}

static void
what_a_lost_orchestrator_asked_is_dropped(void **state)
{
    struct scene *scene = *state;

    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    assess(scene, scene->another, "r2", "assess", 5000);
    tasks_turn(scene->self.tasks);
    tasks_lost(scene->self.tasks, scene->another);
    assert_false(fake_model_was_cancelled(scene->self.model, 0));
    assert_true(fake_model_was_cancelled(scene->self.model, 1));
    end(scene, 0, MODEL_OK, MODEL_ERROR_NONE, answer);
    assert_int_equal(only_answer(scene)->kind, MESSAGE_ASSESSED);
}

static void
draining_takes_no_more_and_hands_back_what_is_left(void **state)
{
    struct scene *scene = *state;
    struct loop_timer *stop;
    const struct message *sent;

    scene->self.daemon.loop = loop_new();
    stop = loop_timer_new(scene->self.daemon.loop, (loop_call *)loop_stop, scene->self.daemon.loop);
    assess(scene, scene->orchestrator, "r1", "assess", 5000);
    tasks_turn(scene->self.tasks);
    tasks_drain(scene->self.tasks);
    assess(scene, scene->orchestrator, "r2", "assess", 5000);
    sent = fake_bus_sent(scene->self.daemon.bus, 0);
    assert_string_equal(sent->run, "r2");
    assert_string_equal(sent->refused.code, "busy");
    assert_false(tasks_are_none(scene->self.tasks));
    loop_timer_start(stop, 20);
    loop_run(scene->self.daemon.loop);
    sent = fake_bus_sent(scene->self.daemon.bus, 1);
    assert_string_equal(sent->run, "r1");
    assert_string_equal(sent->refused.code, "busy");
    assert_int_equal(sent->refused.retry, 1);
    assert_true(fake_model_was_cancelled(scene->self.model, 0));
    assert_true(tasks_are_none(scene->self.tasks));
    tasks_destroy(&scene->self.tasks);
    loop_timer_destroy(&stop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_is_asked_once_its_turn_has_ended),
        TEST(the_prompt_has_its_lines_and_no_ids),
        TEST(the_model_gets_a_schema_and_the_time_that_is_left),
        TEST(the_answer_carries_what_was_understood_and_its_cost),
        TEST(what_the_model_can_not_answer_is_refused_with_its_cost),
        TEST(an_error_after_the_time_is_up_is_not_worth_a_retry),
        TEST(more_than_fits_into_its_hands_is_refused_as_busy),
        TEST(what_is_cancelled_before_its_turn_ends_is_never_asked),
        TEST(cancel_stops_that_step_or_the_whole_run_and_no_other),
        TEST(what_a_lost_orchestrator_asked_is_dropped),
        TEST(draining_takes_no_more_and_hands_back_what_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
