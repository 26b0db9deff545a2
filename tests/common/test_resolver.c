/* Questions to a resolver that answers, fails, or is silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "common/resolver.h"
#include "names.h"

struct asker {
    struct loop *loop;
    int answers;
    size_t count;
    char first[RESOLVER_ADDRESS], last[RESOLVER_ADDRESS], why[64];
};

static void
answered(void *owner, char addresses[][RESOLVER_ADDRESS], size_t count, const char *why)
{
    struct asker *asker = owner;

    asker->answers++;
    asker->count = count;
    snprintf(asker->first, sizeof asker->first, "%s", count > 0 ? addresses[0] : "");
    snprintf(asker->last, sizeof asker->last, "%s", count > 0 ? addresses[count - 1] : "");
    snprintf(asker->why, sizeof asker->why, "%s", count > 0 ? "" : why);
    loop_stop(asker->loop);
}

static void
speak_again(void *owner)
{
    (void)owner;
    atomic_store(&names.silent, false);
}

static void
ask(struct resolver *resolver, struct asker *asker, const char *addresses, int status)
{
    names_are(addresses, status);
    assert_int_equal(resolver_ask(resolver), 0);
    loop_run(asker->loop);
}

static void
all_addresses_are_told_once_each(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);

    (void)state;
    ask(resolver, &asker, "10.0.0.1 10.0.0.2 10.0.0.1 fd00::7", 0);
    assert_int_equal(asker.count, 3);
    assert_string_equal(asker.first, "fd00::7");
    assert_string_equal(asker.last, "10.0.0.2");
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

static void
no_more_are_taken_than_there_is_room_for(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    char many[2000] = "";

    (void)state;
    for (int i = 0; i < RESOLVER_MOST + 10; i++)
        sprintf(many + strlen(many), "10.1.2.%d ", i);
    ask(resolver, &asker, many, 0);
    assert_int_equal(asker.count, RESOLVER_MOST);
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

static void
a_failure_says_why(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);

    (void)state;
    ask(resolver, &asker, "", EAI_NONAME);
    assert_int_equal(asker.count, 0);
    assert_string_equal(asker.why, gai_strerror(EAI_NONAME));
    errno = 0;
    ask(resolver, &asker, "", EAI_SYSTEM);
    assert_true(asker.why[0] != '\0');
    ask(resolver, &asker, "", 0);
    assert_string_equal(asker.why, "no address");
    assert_int_equal(asker.answers, 3);
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

static void
the_loop_goes_on_while_a_server_is_silent(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    struct loop_timer *timer = loop_timer_new(asker.loop, speak_again, NULL);

    (void)state;
    atomic_store(&names.silent, true);
    loop_timer_start(timer, 20); /* on the loop: it would never come if that stood still */
    ask(resolver, &asker, "10.0.0.1", 0);
    assert_int_equal(asker.answers, 1);
    loop_timer_destroy(&timer);
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

static void
who_asks_during_a_question_has_a_second_answer(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    int before = atomic_load(&names.asked);

    (void)state;
    names_are("10.0.0.1", 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(resolver_ask(resolver), 0);
    loop_run(asker.loop);
    loop_run(asker.loop);
    assert_int_equal(asker.answers, 2);
    assert_int_equal(atomic_load(&names.asked) - before, 2);
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

static void
an_abandoned_question_ends_by_itself(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver;
    int before;

    (void)state;
    before = atomic_load(&names.answered);
    atomic_store(&names.silent, true);
    resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    assert_int_equal(resolver_ask(resolver), 0);
    resolver_destroy(&resolver); /* while the thread waits */
    atomic_store(&names.silent, false);
    while (atomic_load(&names.answered) == before)
        usleep(500);

    before = atomic_load(&names.answered);
    resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    assert_int_equal(resolver_ask(resolver), 0);
    while (atomic_load(&names.answered) == before)
        usleep(500);
    usleep(5000);
    resolver_destroy(&resolver); /* after its answer, which nobody has read */
    resolver_destroy(&resolver);
    assert_int_equal(asker.answers, 0);
    loop_destroy(&asker.loop);
}

static void
without_descriptors_nothing_is_asked(void **state)
{
    struct asker asker = { .loop = loop_new() };
    struct resolver *resolver = resolver_new(asker.loop, "orchestrator", answered, &asker);
    struct rlimit limit, none;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit) { .rlim_cur = 0, .rlim_max = limit.rlim_max };
    setrlimit(RLIMIT_NOFILE, &none);
    assert_int_equal(resolver_ask(resolver), -1);
    setrlimit(RLIMIT_NOFILE, &limit);
    ask(resolver, &asker, "10.0.0.1", 0);
    assert_int_equal(asker.count, 1);
    resolver_destroy(&resolver);
    loop_destroy(&asker.loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_addresses_are_told_once_each),
        cmocka_unit_test(no_more_are_taken_than_there_is_room_for),
        cmocka_unit_test(a_failure_says_why),
        cmocka_unit_test(the_loop_goes_on_while_a_server_is_silent),
        cmocka_unit_test(who_asks_during_a_question_has_a_second_answer),
        cmocka_unit_test(an_abandoned_question_ends_by_itself),
        cmocka_unit_test(without_descriptors_nothing_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
