#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/client.h"

static void
what_is_queued_comes_out_in_order(void **state)
{
    struct clients clients = { 0 };
    struct client *client = client_new(&clients, NULL, &wire_tanstack, "anna", 1);
    struct unsent *piece;

    (void)state;
    assert_int_equal(client_send(client, "one", 3, 100), 0);
    assert_int_equal(client_send(client, "three", 5, 100), 0);
    assert_int_equal(client->unsent_size, 8);
    piece = client_take(client);
    assert_memory_equal(piece->bytes + CLIENT_HEADROOM, "one", 3);
    free(piece);
    piece = client_take(client);
    assert_int_equal(piece->size, 5);
    free(piece);
    assert_null(client_take(client));
    assert_null(client->last);
    assert_int_equal(client->unsent_size, 0);
    client_destroy(&clients, &client);
    assert_null(client);
    client_destroy(&clients, &client);
}

static void
who_reads_too_slowly_is_closed_1013(void **state)
{
    struct clients clients = { 0 };
    struct client *client = client_new(&clients, NULL, &wire_tanstack, "anna", 1);

    (void)state;
    client->choked = true;
    assert_int_equal(client_send(client, "0123456789", 10, 10), 0);
    assert_int_equal(client_send(client, "x", 1, 10), -1);
    assert_int_equal(client->close_code, 1013);
    assert_null(client->first);
    assert_int_equal(client_send(client, "x", 1, 10), -1);
    client_leave(client, 1000, "later");
    assert_int_equal(client->close_code, 1013);
    client_destroy(&clients, &client);
}

static void
who_was_not_written_to_since_has_four_times_the_room(void **state)
{
    struct clients clients = { 0 };
    struct client *client = client_new(&clients, NULL, &wire_tanstack, "anna", 1);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(client_send(client, "0123456789", 10, 10), 0);
    assert_int_equal(client_send(client, "x", 1, 10), -1);
    client_destroy(&clients, &client);
}

static void
clients_are_kept_in_a_list(void **state)
{
    struct clients clients = { 0 };
    struct client *a = client_new(&clients, NULL, &wire_tanstack, "a", 1);
    struct client *b = client_new(&clients, NULL, &wire_aisdk, "b", 1);
    struct client *c = client_new(&clients, NULL, &wire_agui, "c", 1);

    (void)state;
    assert_int_equal(clients.count, 3);
    client_destroy(&clients, &b);
    assert_ptr_equal(clients.first, c);
    assert_ptr_equal(c->next, a);
    assert_ptr_equal(a->previous, c);
    client_destroy(&clients, &c);
    assert_ptr_equal(clients.first, a);
    client_destroy(&clients, &a);
    assert_null(clients.first);
    assert_int_equal(clients.count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_queued_comes_out_in_order),
        cmocka_unit_test(who_reads_too_slowly_is_closed_1013),
        cmocka_unit_test(who_was_not_written_to_since_has_four_times_the_room),
        cmocka_unit_test(clients_are_kept_in_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
