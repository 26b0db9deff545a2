#ifndef COMMON_MODEL_ITEMS_H
#define COMMON_MODEL_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/model/answer.h"

/* The output items of a response while its events come: messages with their parts, calls with their
 * arguments. responses.c says which event means what; here is what they add up to. Does no I/O. */

enum kind { KIND_OTHER, KIND_MESSAGE, KIND_CALL };

struct part {
    int64_t index; /* content_index */
    bool refusal;
    struct buffer text;
    size_t handed; /* bytes of the text that were handed on */
    bool guess;    /* the text stood in output_item.added: its deltas may say it once more */
};

struct item {
    int64_t index; /* output_index */
    enum kind kind;
    bool opened;     /* output_item.added was there */
    bool done;       /* output_item.done was there: nothing is better */
    bool cut;        /* a call that the server itself says is incomplete */
    bool guess;      /* as of a part, of the arguments */
    bool commentary; /* words on the way, shown only where no answer follows */
    char *id, *call_id, *name;
    struct buffer arguments;
    struct part *parts;
    size_t part_count;
};

struct items {
    struct item *list;
    size_t count;
    bool settled;
};

/* What WIRE, an item as it stands in an event, is. */
enum kind items_kind(const json_t *wire);

/* A new item at the end, or NULL when there are too many (then the answer has failed). */
struct item *items_add(struct answer *answer, int64_t index, enum kind kind);

/* The latest item at INDEX, of ID, or of CALL_ID; NULL for none. */
struct item *items_by_index(const struct answer *answer, int64_t index);
struct item *items_by_id(const struct answer *answer, const char *id);
struct item *items_by_call(const struct answer *answer, const char *call_id);

/* The first item of WIRE's kind that may be what WIRE says the end of; NULL for none. */
struct item *items_open_like(const struct answer *answer, const json_t *wire);

/* Whether WIRE is certainly another item than ITEM: of another kind, another call, another message. */
bool items_is_other(const struct item *item, const json_t *wire);

/* The item that EVENT speaks of: by its place, else by its id, else the last one. An event of an item that
 * was never opened opens one of KIND. NULL when there are too many. */
struct item *items_of(struct answer *answer, const json_t *event, enum kind kind);

/* Take everything that WIRE says of ITEM. What it says of it when it OPENS the item gives way to deltas that
 * say the same. */
void items_read(struct answer *answer, struct item *item, const json_t *wire, bool opens);

/* A delta of arguments. */
void items_add_arguments(struct answer *answer, const json_t *event);

/* A delta of text or refusal; and its whole, which takes the deltas' place. What of a text was not handed
 * on is handed on, unless what was handed on is another text: then the whole is only in the result. */
void items_add_text(struct answer *answer, const json_t *event, bool refusal);
void items_replace_text(struct answer *answer, struct item *item, int64_t index, bool refusal,
                        const json_t *text);

/* The whole arguments of a call; an empty text changes nothing. */
void items_arguments(struct answer *answer, struct item *item, const json_t *arguments);

bool items_have_text(const struct answer *answer);

/* Put the items into the answer's text, refusal and calls, once. Changes nothing for chat. */
void items_settle(struct answer *answer);

void items_clear(struct items **items);

#endif
