/* row_values -- prices and dates as feeds write them; see row.h. */

#include <ctype.h>
#include <string.h>

#include "common/money.h"
#include "wardrobe/row.h"

/* -- money --------------------------------------------------------------------------------------- */

/* Behind the blanks at TEXT, those that break no line among them. */
static const char *
behind_blanks(const char *text)
{
    static const char *const blanks[] = { " ", "\t", "\xc2\xa0", "\xe2\x80\xaf" };

    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strncmp(text, blanks[i], strlen(blanks[i])) == 0) {
            text += strlen(blanks[i]);
            i = (size_t)-1; /* once more */
        }
    return text;
}

/* Take a currency's code or sign from the start of TEXT. Returns its bytes, 0 for none. */
static size_t
take_currency(const char *text, char code[4])
{
    static const struct {
        const char *sign, *code, *others; /* others: currencies that write themselves so too */
    } signs[] = { { "US$", "USD", "" }, { "$", "USD", "ARS AUD CAD CLP COP HKD MXN NZD SGD TWD UYU" },
                  { "€", "EUR", "" },   { "£", "GBP", "EGP" },
                  { "₹", "INR", "" },   { "¥", "JPY", "CNY" } };

    if (isalpha((unsigned char)text[0]) && isalpha((unsigned char)text[1]) &&
        isalpha((unsigned char)text[2]) && !isalpha((unsigned char)text[3])) {
        for (int i = 0; i < 3; i++)
            code[i] = (char)toupper((unsigned char)text[i]);
        code[3] = '\0';
        return 3;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(text, signs[i].sign, strlen(signs[i].sign)) == 0) {
            if (strlen(code) != 3 || strstr(signs[i].others, code) == NULL)
                strcpy(code, signs[i].code);
            return strlen(signs[i].sign);
        }
    return 0;
}

/* Where the decimals begin in the SIZE bytes of a number, or SIZE: behind its last point or comma, but for
 * one that has three digits behind it and parts thousands ("15,550"). */
static size_t
decimals(const char *text, size_t size)
{
    size_t last = size, marks = 0, same = 0;

    for (size_t i = 0; i < size; i++)
        if (text[i] == '.' || text[i] == ',') {
            same = marks > 0 && text[last] == text[i] ? same + 1 : same;
            last = i;
            marks++;
        }
    if (marks == 0 || same > 0)
        return size;
    if (marks == 1 && text[last] == ',' && size - last - 1 == 3)
        return size;
    return last;
}

int64_t
row_price(const char *text, char code[4])
{
    size_t size, point;
    int64_t amount = 0;
    int digits, after = 0;

    text = behind_blanks(text);
    text = behind_blanks(text + take_currency(text, code));
    size = strspn(text, "0123456789.,");
    if (size == 0 || size > 18 || !isdigit((unsigned char)text[0]))
        return PRICE_NONE;
    const char *rest = behind_blanks(text + size);
    if (*rest != '\0' && *behind_blanks(rest + take_currency(rest, code)) != '\0')
        return PRICE_NONE;
    digits = money_digits(code);
    point = decimals(text, size);
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)text[i]))
            continue;
        if (i > point && after == digits) {
            if (text[i] != '0')
                return PRICE_NONE;
            continue;
        }
        if (amount > INT64_C(100000000000))
            return PRICE_NONE;
        amount = amount * 10 + (text[i] - '0');
        after += i > point;
    }
    for (; after < digits; after++)
        amount *= 10;
    return amount > INT64_C(100000000000) ? PRICE_NONE : amount;
}

/* -- dates --------------------------------------------------------------------------------------- */

/* Days from 1970-01-01 to the date (Gregorian). */
static int64_t
days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* COUNT digits at *TEXT as a number between LOW and HIGH, or -1. */
static int
take_digits(const char **text, int count, int low, int high)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*text)[i]))
            return -1;
        value = value * 10 + ((*text)[i] - '0');
    }
    *text += count;
    return value < low || value > high ? -1 : value;
}

/* A zone ("Z", "+02:00", "-0800") in seconds; INT64_MIN when it is malformed. */
static int64_t
take_zone(const char **text)
{
    int sign = **text == '-' ? -1 : 1, hours, minutes;

    if (**text == 'Z' || **text == 'z') {
        (*text)++;
        return 0;
    }
    if (**text != '+' && **text != '-')
        return 0;
    (*text)++;
    if ((hours = take_digits(text, 2, 0, 14)) < 0)
        return INT64_MIN;
    *text += **text == ':';
    if ((minutes = take_digits(text, 2, 0, 59)) < 0)
        return INT64_MIN;
    return sign * (hours * 3600 + minutes * 60);
}

int64_t
row_time(const char **text, bool *date_only)
{
    int year, month, day, hour, minute, second = 0;
    int64_t zone;

    if ((year = take_digits(text, 4, 1970, 9999)) < 0 || *(*text)++ != '-' ||
        (month = take_digits(text, 2, 1, 12)) < 0 || *(*text)++ != '-' ||
        (day = take_digits(text, 2, 1, 31)) < 0)
        return INT64_MIN;
    *date_only = **text != 'T' && **text != 't' && !(**text == ' ' && isdigit((unsigned char)(*text)[1]));
    if (*date_only)
        return days(year, month, day) * 86400;
    (*text)++;
    if ((hour = take_digits(text, 2, 0, 24)) < 0 || *(*text)++ != ':' ||
        (minute = take_digits(text, 2, 0, 59)) < 0)
        return INT64_MIN;
    if (**text == ':') {
        (*text)++;
        if ((second = take_digits(text, 2, 0, 60)) < 0)
            return INT64_MIN;
        if (**text == '.')
            for ((*text)++; isdigit((unsigned char)**text);)
                (*text)++;
    }
    if ((zone = take_zone(text)) == INT64_MIN)
        return INT64_MIN;
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
}
