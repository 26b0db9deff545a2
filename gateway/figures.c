#include "gateway/figures.h"

#include <stdlib.h>
#include <string.h>

#include "common/id.h"
#include "common/metrics.h"

enum { PROCESSES_MOST = 256, KEPT_MS = 60000 };

struct figures_of {
    struct figures_of *next;
    int64_t at_ms;
    char name[ID_SIZE];
    char *figures;
};

static void
drop(struct figures_list *list, struct figures_of **place)
{
    struct figures_of *gone = *place;

    *place = gone->next;
    list->count--;
    free(gone->figures);
    free(gone);
}

static struct figures_of *
find_or_add(struct figures_list *list, const char *name)
{
    struct figures_of *one;

    for (one = list->first; one != NULL; one = one->next)
        if (strcmp(one->name, name) == 0)
            return one;
    if (strlen(name) >= sizeof one->name || list->count == PROCESSES_MOST ||
        (one = calloc(1, sizeof *one)) == NULL)
        return NULL;
    memcpy(one->name, name, strlen(name) + 1);
    one->next = list->first;
    list->first = one;
    list->count++;
    return one;
}

static void
drop_old(struct figures_list *list, int64_t now_ms)
{
    for (struct figures_of **place = &list->first; *place != NULL;) {
        if (now_ms - (*place)->at_ms > KEPT_MS)
            drop(list, place);
        else
            place = &(*place)->next;
    }
}

void
figures_set(struct figures_list *list, const char *name, const char *figures, int64_t now_ms)
{
    char *copy = strdup(figures);
    struct figures_of *one;

    drop_old(list, now_ms);
    if (copy == NULL || (one = find_or_add(list, name)) == NULL) {
        free(copy);
        return;
    }
    free(one->figures);
    one->figures = copy;
    one->at_ms = now_ms;
}

void
figures_write(struct figures_list *list, const char *own, int64_t now_ms, struct buffer *out)
{
    const char *texts[PROCESSES_MOST + 1] = { own };
    size_t count = 1;

    drop_old(list, now_ms);
    for (const struct figures_of *one = list->first; one != NULL; one = one->next)
        texts[count++] = one->figures;
    metrics_join(out, texts, count);
}

void
figures_clear(struct figures_list *list)
{
    while (list->first != NULL)
        drop(list, &list->first);
}
