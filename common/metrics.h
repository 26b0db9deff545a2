#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* Counters and histograms in Prometheus' text format 0.0.4. They live as long as the process. */
struct metric;

/* Register (or find) a counter or gauge NAME{LABELS} with HELP; LABELS like `kind="query"` or "".
 * All texts are copied. Aborts without memory. */
struct metric *metrics_counter(const char *name, const char *labels, const char *help);
struct metric *metrics_gauge(const char *name, const char *labels, const char *help);

/* A histogram of milliseconds: 1, 2, 5, 10, 20, 50, ... 60000. */
struct metric *metrics_histogram(const char *name, const char *labels, const char *help);

void metrics_add(struct metric *metric, double by);
void metrics_set(struct metric *metric, double to);
void metrics_observe_ms(struct metric *metric, double ms);

/* Append all of them to OUT, with LABELS (or "") before their own. */
void metrics_write(struct buffer *out, const char *labels);

/* Append COUNT TEXTS of metrics_write() to OUT as one: what has one name stands together. */
void metrics_join(struct buffer *out, const char *const *texts, size_t count);

#endif
