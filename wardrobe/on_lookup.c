/* on_lookup -- LOOKUP -> FOUND or REFUSED. */

#include "common/clock.h"
#include "common/log.h"
#include "wardrobe/wardrobe.h"

#define MOST_CANDIDATES 100

int
on_lookup(void *owner, struct peer *from, const struct message *message)
{
    struct wardrobe *self = owner;
    const struct lookup *ask = &message->lookup;
    struct catalogue *catalogue = wardrobe_catalogue(self, ask->version);
    struct message answer = message_answer(message, MESSAGE_FOUND);
    int64_t started = clock_now_us();
    json_t *result = NULL, *traits = NULL, *passing = NULL;

    if (catalogue == NULL) {
        daemon_refuse(&self->daemon, from, message, "no_catalogue", "the shop's catalogue is not there yet",
                      true, NULL);
        return 0;
    }
    struct search search = { .words = ask->words,
                             .slot = ask->slot,
                             .wish = json_is_object(ask->wish) ? ask->wish : NULL,
                             .said = ask->said,
                             .criteria = json_is_object(ask->criteria) ? ask->criteria : NULL,
                             .early = ask->early != 0,
                             .limit = ask->limit < 1                 ? 6
                                      : ask->limit > MOST_CANDIDATES ? MOST_CANDIDATES
                                                                     : (int)ask->limit,
                             .now = clock_wall_ms() / 1000,
                             .rates = self->rates,
                             .weights = &self->weights };

    if (search_run(self->work, catalogue, &search, &result, &traits) < 0) {
        if (catalogue_is_away(catalogue)) {
            daemon_refuse(&self->daemon, from, message, "unavailable", "the catalogue's server is away", true,
                          NULL);
            return 0;
        }
        daemon_refuse(&self->daemon, from, message, "bad_request", "the lookup could not be answered", false,
                      NULL);
        return 0;
    }
    if (ask->shown != NULL && search_passing(self->work, catalogue, &search, ask->shown, &passing) < 0)
        passing = NULL; /* said already; what can't be checked goes */
    answer.found.passing = passing;
    answer.found.result = result;
    answer.found.traits = traits;
    answer.found.version = catalogue_version(catalogue);
    daemon_send(&self->daemon, from, &answer);
    log_debug("lookup run=%s step=%s us=%lld outcome=%s", message->run, message->step,
              (long long)(clock_now_us() - started), json_string_value(json_object_get(result, "outcome")));
    json_decref(result);
    json_decref(traits);
    json_decref(passing);
    return 0;
}
