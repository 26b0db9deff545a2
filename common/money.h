#ifndef COMMON_MONEY_H
#define COMMON_MONEY_H

#include <stddef.h>
#include <stdint.h>

/* Amounts are whole numbers of minor units (cents) with an ISO 4217 code. */

/* How many digits CURRENCY has after the point: 2, or 0 and 3 for those of ISO 4217's list that differ. */
int money_digits(const char *currency);

/* AMOUNT as text, "49.00 USD". */
void money_text(int64_t amount, const char *currency, char *out, size_t size);

/* MAJOR units of CURRENCY (49.5) as minor units, rounded; -1 when it is negative, no number or too much. */
int64_t money_minor(double major, const char *currency);

/* Rates: lines `EUR 1.08`, one euro in the catalogue's currency. */
struct money_rates;

/* Read the file at PATH; "" is no rates at all. NULL when it can't be read (logged with the line). */
struct money_rates *money_rates_open(const char *path);
void money_rates_close(struct money_rates **rates);

/* AMOUNT of FROM in TO, the catalogue's currency, or -1 when there is no rate for it. */
int64_t money_convert(const struct money_rates *rates, int64_t amount, const char *from, const char *to);

#endif
