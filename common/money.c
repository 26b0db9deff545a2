#include "common/money.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define AMOUNT_MAX 9e15 /* whole numbers are exact in a double up to here */

struct rate {
    char currency[4];
    double rate;
};

struct money_rates {
    struct rate *rates;
    size_t count;
};

int
money_digits(const char *currency)
{
    /* ISO 4217, list one: the minor unit is 0 or 3 for these. */
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";

    if (strlen(currency) != 3)
        return 2;
    return strstr(none, currency) != NULL ? 0 : strstr(three, currency) != NULL ? 3 : 2;
}

void
money_text(int64_t amount, const char *currency, char *out, size_t size)
{
    int digits = money_digits(currency);

    snprintf(out, size, "%.*f %s", digits, (double)amount / pow(10, digits), currency);
}

int64_t
money_minor(double major, const char *currency)
{
    double minor = major * pow(10, money_digits(currency));

    return minor >= 0 && minor < AMOUNT_MAX ? llround(minor) : -1; /* false for NaN */
}

/* A LINE like `EUR 1.08`. False when it is not. */
static bool
read_rate(const char *line, char currency[4], double *rate)
{
    size_t letters = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    char *end;

    if (letters != 3 || strchr(" \t", line[letters]) == NULL)
        return false;
    memcpy(currency, line, letters);
    currency[letters] = '\0';
    *rate = strtod(line + letters, &end);
    return end != line + letters && end[strspn(end, " \t")] == '\0' && *rate > 0 && *rate <= 1e9;
}

static int
read_rates(struct money_rates *rates, FILE *file, const char *path)
{
    char line[128], currency[4];
    double rate;

    for (int number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        struct rate *grown;

        line[strcspn(line, "#\r\n")] = '\0';
        if (line[strspn(line, " \t")] == '\0')
            continue;
        if (!read_rate(line, currency, &rate)) {
            log_error("option rates=%s: line %d is not like `EUR 1.08`", path, number);
            return -1;
        }
        if ((grown = realloc(rates->rates, (rates->count + 1) * sizeof *grown)) == NULL)
            abort();
        rates->rates = grown;
        rates->rates[rates->count].rate = rate;
        memcpy(rates->rates[rates->count++].currency, currency, sizeof currency);
    }
    return 0;
}

struct money_rates *
money_rates_open(const char *path)
{
    struct money_rates *rates = calloc(1, sizeof *rates);
    FILE *file;

    if (rates == NULL)
        abort();
    if (path[0] == '\0')
        return rates;
    if ((file = fopen(path, "r")) == NULL)
        log_error("option rates=%s: %s", path, strerror(errno));
    if (file == NULL || read_rates(rates, file, path) != 0)
        money_rates_close(&rates);
    if (file != NULL)
        fclose(file);
    return rates;
}

void
money_rates_close(struct money_rates **rates)
{
    if (*rates == NULL)
        return;
    free((*rates)->rates);
    free(*rates);
    *rates = NULL;
}

int64_t
money_convert(const struct money_rates *rates, int64_t amount, const char *from, const char *to)
{
    if (strcmp(from, to) == 0)
        return amount;
    for (size_t i = 0; i < rates->count; i++)
        if (strcmp(rates->rates[i].currency, from) == 0)
            return money_minor((double)amount / pow(10, money_digits(from)) * rates->rates[i].rate, to);
    return -1;
}
