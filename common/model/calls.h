#ifndef COMMON_MODEL_CALLS_H
#define COMMON_MODEL_CALLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/model/model.h"

/* Tool calls as they come in pieces, and what they come to. Does no I/O. */

enum { CALLS_MOST = 128 }; /* more in one answer make no sense */

struct call {
    int64_t slot; /* the server's index; -1 where it gave none */
    char *id, *name;
    struct buffer arguments;
    bool replaced; /* the arguments came whole and are not to be appended to */
    bool cut;      /* the server says that it is incomplete: not to be run */
};

struct calls {
    struct call *list;
    size_t count, room;
    bool failed; /* too many, or no memory */
};

void calls_clear(struct calls *calls);

/* A new call at the end, or NULL (then `failed`). */
struct call *calls_add(struct calls *calls, int64_t slot);

/* Set what is empty so far; "" and NULL change nothing. */
void calls_name(struct calls *calls, struct call *call, const char *id, const char *name);

/* Read a fragment of chat's delta.tool_calls (or a whole call of message.tool_calls), the POSITIONth of
 * COUNT in its chunk. */
void calls_fragment(struct calls *calls, const json_t *fragment, size_t position, size_t count);

/* Append arguments: text as it stands; an object only where there is nothing yet. */
void calls_arguments(struct calls *calls, struct call *call, const json_t *arguments);

/* Whether every call's arguments are whole JSON (or empty, which is {}). */
bool calls_are_whole(const struct calls *calls);

/* Turn CALLS into *COUNT results, newly allocated (NULL for none; *COUNT 0): ids made where there were none,
 * the wrapper `multi_tool_use.parallel` expanded, objects glued together split where GLUED says so, arguments
 * parsed and checked against their tool's schema in TOOLS ([{name, parameters}]; NULL knows none). What fails
 * keeps its text, has no `arguments`, and says why in `problem`. CUT: all of them are cut and not to be run.
 */
struct model_tool_call *calls_finish(const struct calls *calls, const json_t *tools, bool glued, bool cut,
                                     size_t *count);

void calls_free_results(struct model_tool_call *list, size_t count);

#endif
