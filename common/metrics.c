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
write_histogram(struct buffer *out, const struct metric *metric)
{
    const char *comma = metric->labels[0] ? "," : "";
    uint64_t sum = 0;

    for (size_t i = 0; i < BOUNDS; i++) {
        sum += metric->below[i];
        buffer_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", metric->name, metric->labels, comma,
                      bounds_ms[i], (unsigned long long)sum);
    }
    buffer_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", metric->name, metric->labels, comma,
                  (unsigned long long)metric->count);
    buffer_printf(out, "%s_sum{%s} %.15g\n", metric->name, metric->labels, metric->value);
    buffer_printf(out, "%s_count{%s} %llu\n", metric->name, metric->labels,
                  (unsigned long long)metric->count);
}

static void
write_metric(struct buffer *out, const struct metric *metric)
{
    if (metric->type == HISTOGRAM)
        write_histogram(out, metric);
    else
        buffer_printf(out, "%s{%s} %.15g\n", metric->name, metric->labels, metric->value);
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
metrics_write(struct buffer *out)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };

    for (const struct metric *metric = metrics; metric != NULL; metric = metric->next) {
        if (!is_first_of_its_name(metric))
            continue; /* written with the first: a name's lines stand together */
        buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                      types[metric->type]);
        for (const struct metric *same = metric; same != NULL; same = same->next)
            if (strcmp(same->name, metric->name) == 0)
                write_metric(out, same);
    }
}
