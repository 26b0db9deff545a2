#include "common/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum metric_type { COUNTER, GAUGE, HISTOGRAM };

static const double bounds_ms[] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000
};
#define BOUNDS (sizeof bounds_ms / sizeof *bounds_ms)

struct metric {
    struct metric *next;
    enum metric_type type;
    char *name, *labels, *help;
    double value; /* of a histogram: the sum */
    uint64_t count;
    uint64_t below[BOUNDS]; /* observations up to bounds_ms[i] and above the one before */
};

/* In the order of registration. The process' own, like the log's name: metrics live as long as it does. */
static struct metric *metrics;

static char *
copy(const char *text)
{
    char *copied = strdup(text);

    if (copied == NULL)
        abort();
    return copied;
}

static struct metric *
find_or_make(enum metric_type type, const char *name, const char *labels, const char *help)
{
    struct metric **place = &metrics;

    for (; *place != NULL; place = &(*place)->next)
        if (strcmp((*place)->name, name) == 0 && strcmp((*place)->labels, labels) == 0)
            return *place;
    if ((*place = calloc(1, sizeof **place)) == NULL)
        abort();
    (*place)->type = type;
    (*place)->name = copy(name);
    (*place)->labels = copy(labels);
    (*place)->help = copy(help);
    return *place;
}

struct metric *
metrics_counter(const char *name, const char *labels, const char *help)
{
    return find_or_make(COUNTER, name, labels, help);
}

struct metric *
metrics_gauge(const char *name, const char *labels, const char *help)
{
    return find_or_make(GAUGE, name, labels, help);
}

struct metric *
metrics_histogram(const char *name, const char *labels, const char *help)
{
    return find_or_make(HISTOGRAM, name, labels, help);
}

void
metrics_add(struct metric *metric, double by)
{
    metric->value += by;
}

void
metrics_set(struct metric *metric, double to)
{
    metric->value = to;
}

void
metrics_observe_ms(struct metric *metric, double ms)
{
    size_t i = 0;

    while (i < BOUNDS && ms > bounds_ms[i])
        i++;
    if (i < BOUNDS)
        metric->below[i]++;
    metric->count++;
    metric->value += ms;
}

static void
write_histogram(struct buffer *out, const struct metric *metric, const char *labels)
{
    const char *comma = *labels ? "," : "";
    uint64_t sum = 0;

    for (size_t i = 0; i < BOUNDS; i++) {
        sum += metric->below[i];
        buffer_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", metric->name, labels, comma, bounds_ms[i],
                      (unsigned long long)sum);
    }
    buffer_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", metric->name, labels, comma,
                  (unsigned long long)metric->count);
    buffer_printf(out, "%s_sum{%s} %.15g\n", metric->name, labels, metric->value);
    buffer_printf(out, "%s_count{%s} %llu\n", metric->name, labels, (unsigned long long)metric->count);
}

static void
write_metric(struct buffer *out, const struct metric *metric, const char *labels)
{
    struct buffer all = { 0 };

    buffer_text(&all, labels);
    if (*labels && metric->labels[0])
        buffer_text(&all, ",");
    buffer_text(&all, metric->labels);
    if (metric->type == HISTOGRAM)
        write_histogram(out, metric, buffer_string(&all));
    else
        buffer_printf(out, "%s{%s} %.15g\n", metric->name, buffer_string(&all), metric->value);
    out->failed |= all.failed;
    buffer_clear(&all);
}

static int
is_first_of_its_name(const struct metric *metric)
{
    const struct metric *other = metrics;

    while (strcmp(other->name, metric->name) != 0)
        other = other->next;
    return other == metric;
}

void
metrics_write(struct buffer *out, const char *labels)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };

    for (const struct metric *metric = metrics; metric != NULL; metric = metric->next) {
        if (!is_first_of_its_name(metric))
            continue; /* written with the first: a name's lines stand together */
        buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                      types[metric->type]);
        for (const struct metric *same = metric; same != NULL; same = same->next)
            if (strcmp(same->name, metric->name) == 0)
                write_metric(out, same, labels);
    }
}

/* -- of several processes ------------------------------------------------------------------------ */

#define HELP "# HELP "

/* The lines of one name at the beginning of TEXT: their size, that of the two lines before the samples, and
 * of HELP and the name. 0 at the end, or where there is no such thing. */
static size_t
block(const char *text, size_t *head, size_t *name)
{
    const char *end = strstr(text, "\n" HELP);
    const char *type = strstr(text, "\n# TYPE "), *samples = type ? strchr(type + 1, '\n') : NULL;

    if (strncmp(text, HELP, strlen(HELP)) != 0 || samples == NULL || (end != NULL && samples > end))
        return 0;
    *head = (size_t)(samples + 1 - text);
    *name = strlen(HELP) + strcspn(text + strlen(HELP), " \n") + 1;
    return end ? (size_t)(end + 1 - text) : strlen(text);
}

/* The block of TEXT that begins as NAME's SIZE bytes do; NULL for none. */
static const char *
block_named(const char *text, const char *name, size_t size)
{
    size_t whole, head, other;

    while ((whole = block(text, &head, &other)) > 0 && (other != size || memcmp(text, name, size) != 0))
        text += whole;
    return whole > 0 ? text : NULL;
}

void
metrics_join(struct buffer *out, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[i];
        size_t whole, head, name, j;

        for (; (whole = block(text, &head, &name)) > 0; text += whole) {
            for (j = 0; j < i && block_named(texts[j], text, name) == NULL; j++)
                ;
            if (j < i)
                continue; /* written with the first that has it */
            buffer_append(out, text, whole);
            for (j = i + 1; j < count; j++) {
                size_t its_whole, its_head = 0, its_name;
                const char *same = block_named(texts[j], text, name);

                if (same == NULL)
                    continue;
                its_whole = block(same, &its_head, &its_name);
                buffer_append(out, same + its_head, its_whole - its_head);
            }
        }
    }
}
