/* Paragraphs out of tokens. A byte at a time, so that no cut of the stream can change anything; what is
 * decided is handed on in as large pieces as there are. No I/O. */
#include "orchestrator/suggestion.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void
suggestion_init(struct suggestion *suggestion, suggestion_call *call, void *owner)
{
    memset(suggestion, 0, sizeof *suggestion);
    suggestion->call = call;
    suggestion->owner = owner;
    suggestion->at_line_start = true;
}

void
suggestion_clear(struct suggestion *suggestion)
{
    buffer_clear(&suggestion->paragraph);
    buffer_clear(&suggestion->held);
}

/* What a line begins with. */
enum mark { MARK_OPEN, MARK_NONE, MARK_ITEM, MARK_HEADING, MARK_BLANK };

static enum mark
mark_of_number(const char *line, size_t size, size_t at)
{
    size_t digits = at;

    while (digits < size && digits < at + 3 && isdigit((unsigned char)line[digits]))
        digits++;
    if (digits == size)
        return digits < at + 3 ? MARK_OPEN : MARK_NONE;
    if (line[digits] != '.' && line[digits] != ')')
        return MARK_NONE;
    if (digits + 1 == size)
        return MARK_OPEN;
    return line[digits + 1] == ' ' || line[digits + 1] == '\t' ? MARK_ITEM : MARK_NONE;
}

/* Read the beginning of a line. MARK_OPEN: more bytes are needed to say. */
static enum mark
mark_of(const char *line, size_t size)
{
    static const char bullet[] = "\xE2\x80\xA2"; /* U+2022 */
    size_t at = 0, left;

    while (at < size && (line[at] == ' ' || line[at] == '\t'))
        at++;
    left = size - at;
    if (left == 0)
        return MARK_OPEN;
    if (line[at] == '\n')
        return MARK_BLANK;
    if (line[at] == '#')
        return MARK_HEADING;
    if (line[at] == '-' || line[at] == '*' || line[at] == '+')
        return left == 1 ? MARK_OPEN : line[at + 1] == ' ' || line[at + 1] == '\t' ? MARK_ITEM : MARK_NONE;
    if (isdigit((unsigned char)line[at]))
        return mark_of_number(line, size, at);
    if (memcmp(line + at, bullet, left < 3 ? left : 3) == 0)
        return left < 3 ? MARK_OPEN : MARK_ITEM;
    return MARK_NONE;
}

/* Bytes at the end of TEXT that are the beginning of a character and not all of it. */
static size_t
unfinished(const char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        unsigned char byte = (unsigned char)text[size - back];

        if ((byte & 0xC0) == 0x80)
            continue;
        if (byte >= 0xF0)
            return back < 4 ? back : 0;
        if (byte >= 0xE0)
            return back < 3 ? back : 0;
        if (byte >= 0xC0)
            return back < 2 ? back : 0;
        return 0;
    }
    return 0;
}

static void
begin(struct suggestion *suggestion, bool heading)
{
    suggestion->open = true;
    suggestion->heading = heading;
    suggestion->characters = 0;
    suggestion->count++;
    buffer_reset(&suggestion->paragraph);
    suggestion->call(suggestion->owner, SUGGESTION_BEGIN, "", 0, false);
}

static void
end(struct suggestion *suggestion)
{
    if (!suggestion->open)
        return;
    suggestion->open = false;
    suggestion->call(suggestion->owner, SUGGESTION_END, buffer_string(&suggestion->paragraph),
                     suggestion->paragraph.size, suggestion_may_name(buffer_string(&suggestion->paragraph)));
}

/* Hand on SIZE whole characters of the open paragraph. */
static void
say(struct suggestion *suggestion, const char *text, size_t size)
{
    if (size == 0)
        return;
    for (size_t i = 0; i < size; i++)
        suggestion->characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    buffer_append(&suggestion->paragraph, text, size);
    suggestion->call(suggestion->owner, SUGGESTION_TEXT, text, size, false);
}

/* Hand on what is held, but for a character that is not whole. */
static void
say_held(struct suggestion *suggestion)
{
    size_t whole = suggestion->held.size - unfinished(suggestion->held.bytes, suggestion->held.size);

    say(suggestion, suggestion->held.bytes, whole);
    buffer_drop(&suggestion->held, whole);
}

/* Held are a line's end, if a paragraph is open, and the beginning of the next line. Decide what they are. */
static void
line_begins(struct suggestion *suggestion)
{
    bool breaks = suggestion->open;
    const char *line = buffer_string(&suggestion->held) + breaks;
    size_t size = suggestion->held.size - breaks;
    enum mark mark = mark_of(line, size);

    if (mark == MARK_OPEN)
        return;
    if (mark == MARK_BLANK) {
        end(suggestion);
        buffer_reset(&suggestion->held);
        return;
    }
    suggestion->at_line_start = false;
    if (mark != MARK_NONE && breaks) {
        end(suggestion);
        buffer_drop(&suggestion->held, 1);
    }
    if (!suggestion->open) {
        size_t indent = strspn(buffer_string(&suggestion->held), " \t");

        buffer_drop(&suggestion->held, indent);
        begin(suggestion, mark == MARK_HEADING);
    }
    say_held(suggestion);
}

/* Does the text end as a sentence does: with . ! ? or their wide or dotted kin, and what may close after it?
 */
static bool
ends_sentence(const char *text, size_t size)
{
    static const char *const ends[] = {
        ".", "!", "?", "\xE2\x80\xA6", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"
    };

    while (size > 0 && strchr("\"')*_", text[size - 1]) != NULL)
        size--;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t length = strlen(ends[i]);

        if (size >= length && memcmp(text + size - length, ends[i], length) == 0)
            return true;
    }
    return false;
}

/* Does a paragraph that is too long end at the white space that comes now? */
static bool
is_long_enough(const struct suggestion *suggestion)
{
    if (suggestion->characters >= SUGGESTION_TOO_LONG)
        return true;
    return suggestion->characters >= SUGGESTION_LONG &&
           ends_sentence(suggestion->paragraph.bytes, suggestion->paragraph.size);
}

/* A character that was never finished is let go as it is. */
static void
let_go(struct suggestion *suggestion)
{
    say(suggestion, buffer_string(&suggestion->held), suggestion->held.size);
    buffer_reset(&suggestion->held);
}

/* White space inside a line: here a paragraph that is too long may end. */
static void
space(struct suggestion *suggestion, char byte)
{
    let_go(suggestion);
    if (is_long_enough(suggestion)) {
        end(suggestion);
        suggestion->at_line_start = true;
        return;
    }
    say(suggestion, &byte, 1);
}

static void
newline(struct suggestion *suggestion)
{
    let_go(suggestion);
    suggestion->at_line_start = true;
    if (suggestion->heading || is_long_enough(suggestion))
        end(suggestion);
    else
        buffer_append(&suggestion->held, "\n", 1);
}

/* The bytes from FROM on are within a line: hand them on in one piece. A byte too many in the count of
 * characters only makes the pieces smaller. */
static size_t
run_on(struct suggestion *suggestion, const char *from, const char *stop)
{
    size_t size = 0;
    bool is_long = suggestion->characters + suggestion->held.size >= SUGGESTION_LONG;

    do {
        size++;
        is_long = is_long || suggestion->characters + suggestion->held.size + size >= SUGGESTION_LONG;
    } while (from + size < stop && from[size] != '\n' && from[size] != '\r' &&
             (!is_long || from[size] != ' '));
    buffer_append(&suggestion->held, from, size);
    say_held(suggestion);
    return size;
}

void
suggestion_feed(struct suggestion *suggestion, const char *bytes, size_t size)
{
    const char *stop = bytes + size;

    while (bytes < stop) {
        if (*bytes == '\r') {
            bytes++;
        } else if (suggestion->at_line_start) {
            buffer_append(&suggestion->held, bytes++, 1);
            line_begins(suggestion);
        } else if (*bytes == '\n') {
            newline(suggestion);
            bytes++;
        } else if (*bytes == ' ' && suggestion->characters >= SUGGESTION_LONG) {
            space(suggestion, *bytes++);
        } else {
            bytes += run_on(suggestion, bytes, stop);
        }
    }
}

void
suggestion_finish(struct suggestion *suggestion)
{
    size_t blank;

    /* a mark that never came to be one is text; white space alone is nothing */
    blank = strspn(buffer_string(&suggestion->held), " \t\n");
    if (blank < suggestion->held.size) {
        if (!suggestion->open) {
            buffer_drop(&suggestion->held, blank);
            begin(suggestion, false);
        }
        say(suggestion, suggestion->held.bytes, suggestion->held.size);
    }
    buffer_reset(&suggestion->held);
    suggestion->at_line_start = true;
    end(suggestion);
}

void
suggestion_break(struct suggestion *suggestion)
{
    suggestion->open = false;
    suggestion->at_line_start = true;
    buffer_reset(&suggestion->held);
    buffer_reset(&suggestion->paragraph);
}

static bool
is_rule(const char *paragraph)
{
    return paragraph[strspn(paragraph, "-*_=#. \t\n")] == '\0';
}

/* A line that is bold from end to end, or a short one that ends in a colon. */
static bool
is_title(const char *paragraph, size_t size)
{
    if (strchr(paragraph, '\n') != NULL)
        return false;
    if (size > 4 && strncmp(paragraph, "**", 2) == 0) {
        const char *close = strstr(paragraph + 2, "**");

        return close != NULL && (close[2] == '\0' || (close[2] == ':' && close[3] == '\0'));
    }
    return size < 40 && paragraph[size - 1] == ':';
}

static bool
is_greeting(const char *paragraph, size_t size)
{
    static const char *const words[] = { "hi",           "hello",        "hey",   "welcome",
                                         "good morning", "good evening", "hallo", "bonjour",
                                         "salut",        "hola",         "ciao",  "guten tag" };

    if (size > 48)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);

        if (strncasecmp(paragraph, words[i], length) == 0 && !isalpha((unsigned char)paragraph[length]))
            return true;
    }
    return false;
}

bool
suggestion_may_name(const char *paragraph)
{
    size_t size = strlen(paragraph);

    return size > 0 && paragraph[0] != '#' && !is_rule(paragraph) && !is_title(paragraph, size) &&
           !is_greeting(paragraph, size);
}
