/* feed_google_xml -- Google Merchant Center's product feed as RSS 2.0 or Atom, read as a stream by expat. One
 * item is in memory at a time. A file may declare no entities and fetches nothing; HTML's (&nbsp;) are known
 * all the same. Where an item is broken ("Harrow & Pike") it is refused, and reading goes on with the next.
 */

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"
#include "common/log.h"
#include "wardrobe/columns.h"
#include "wardrobe/feed.h"
#include "wardrobe/html.h"

/* expat 2.9 has other names for what counts lines and bytes, and deprecates the old ones. */
#if XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION < 9
#define XML_GetCurrentLineNumber64 XML_GetCurrentLineNumber
#define XML_GetCurrentByteIndex64 XML_GetCurrentByteIndex
#endif

#define DEPTH 64          /* elements within each other; more is no feed */
#define ITEM_BYTES 262144 /* of an item's texts */
#define FIELD_BYTES 65536 /* of one field's; a description has 5,000 characters */
#define PIECE 65536
#define QUIET_BYTES (4 << 20) /* in which nothing begins or ends; expat keeps such a tag or comment whole */

struct reading {
    const struct feed_sink *sink;
    struct source *source;
    XML_Parser parser;
    char *encoding;        /* as the file declares it; NULL until then */
    char prefix[16];       /* of Google's names: "g" */
    char item[16];         /* what an item's element is called: "item" or "entry"; "" until the first */
    long line;             /* on which the item in hand begins */
    long lines_before;     /* in the file, before what the parser has seen */
    int depth, item_depth; /* of elements; of the item in hand, 0 for none */
    enum feed_field field; /* of the element in hand; FEED_FIELDS for none */
    bool strong;           /* the element has Google's prefix, and goes before one without */
    const char *bad_field; /* of the item in hand, with bad_reason: why it can't be taken */
    const char *bad_reason;
    const char *fatal; /* why the file can't be read on */
    struct buffer texts[FEED_FIELDS];
    bool is_strong[FEED_FIELDS];
    size_t item_bytes;
    int items;     /* seen */
    bool goes_on;  /* the parser began at an item, behind a broken one */
    bool lost;     /* the next item is looked for */
    int64_t fed;   /* bytes that the parser has had before this call */
    int64_t quiet; /* of them, since it last said something */
    char root[16]; /* the file's outermost element */
};

static const struct column_alias aliases[] = {
    { "summary", FEED_DESCRIPTION },
    { "content", FEED_DESCRIPTION },
    { "colour", FEED_COLOUR },
    { "highlights", FEED_BULLETS },
    { "rating", FEED_RATING },
    { "average_rating", FEED_RATING },
    { "rating_count", FEED_RATING_COUNT },
    { "review_count", FEED_RATING_COUNT },
};

/* -- items --------------------------------------------------------------------------------------- */

static long
line_now(const struct reading *reading)
{
    return reading->lines_before + (long)XML_GetCurrentLineNumber64(reading->parser);
}

static void
begin_item(struct reading *reading)
{
    reading->item_depth = reading->depth;
    reading->line = line_now(reading);
    reading->field = FEED_FIELDS;
    reading->bad_reason = NULL;
    reading->item_bytes = 0;
    reading->items++;
    for (int i = 0; i < FEED_FIELDS; i++) {
        buffer_reset(&reading->texts[i]);
        reading->is_strong[i] = false;
    }
}

static void
end_item(struct reading *reading)
{
    struct feed_row row = { .line = reading->line };

    reading->item_depth = 0;
    for (int i = 0; i < FEED_FIELDS; i++) {
        if (reading->texts[i].size > 0)
            row.texts[i] = buffer_string(&reading->texts[i]);
        if (reading->texts[i].failed)
            reading->bad_reason = "no memory";
    }
    if (reading->bad_reason != NULL)
        reading->sink->refuse(reading->sink->owner, reading->line, reading->bad_field, reading->bad_reason);
    else
        reading->sink->row(reading->sink->owner, &row);
}

/* Which field the element NAME is, whose prefix may be Google's; another's is none. */
static enum feed_field
field_of(struct reading *reading, const char *name)
{
    const char *colon = strchr(name, ':');
    char plain[COLUMN_NAME];
    int meaning;

    reading->strong = colon != NULL;
    if (colon != NULL && (strncmp(name, reading->prefix, (size_t)(colon - name)) != 0 ||
                          reading->prefix[colon - name] != '\0'))
        return FEED_FIELDS;
    column_plain(colon == NULL ? name : colon + 1, plain);
    meaning = column_meaning(plain, aliases, sizeof aliases / sizeof *aliases);
    return meaning < 0 ? FEED_FIELDS : (enum feed_field)meaning;
}

/* An element of the item begins: its text is taken, unless one that goes before it has been. What may be
 * there several times is joined. */
static void
begin_field(struct reading *reading, const char *name)
{
    enum feed_field field = field_of(reading, name);
    struct buffer *text;

    reading->field = FEED_FIELDS;
    if (field == FEED_FIELDS || (reading->is_strong[field] && !reading->strong))
        return;
    text = &reading->texts[field];
    if (text->size > 0 && reading->strong == reading->is_strong[field]) {
        if (field != FEED_IMAGES && field != FEED_BULLETS)
            return; /* the first counts */
        buffer_text(text, field == FEED_IMAGES ? "," : "\n");
    } else {
        buffer_reset(text);
    }
    reading->is_strong[field] = reading->strong;
    reading->field = field;
}

static void
take_text(struct reading *reading, const char *text, size_t size)
{
    if (reading->item_depth == 0 || reading->field == FEED_FIELDS || reading->bad_reason != NULL)
        return;
    reading->item_bytes += size;
    if (reading->texts[reading->field].size + size > FIELD_BYTES || reading->item_bytes > ITEM_BYTES) {
        reading->bad_field = feed_name(reading->field);
        reading->bad_reason = "too long";
        return;
    }
    buffer_append(&reading->texts[reading->field], text, size);
}

/* -- what expat says ----------------------------------------------------------------------------- */

static void
stop(struct reading *reading, const char *why)
{
    if (reading->fatal == NULL)
        reading->fatal = why;
    XML_StopParser(reading->parser, XML_FALSE);
}

/* Google's namespace has a prefix of the file's choice. */
static void
see_prefix(struct reading *reading, const char **attributes)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strncmp(attributes[0], "xmlns:", 6) == 0 &&
            strstr(attributes[1], "base.google.com/ns/1.0") != NULL &&
            strlen(attributes[0] + 6) < sizeof reading->prefix)
            strcpy(reading->prefix, attributes[0] + 6);
}

/* Atom's link is an attribute. */
static void
see_link(struct reading *reading, const char **attributes)
{
    const char *href = NULL, *rel = "alternate";

    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], "href") == 0)
            href = attributes[1];
        else if (strcmp(attributes[0], "rel") == 0)
            rel = attributes[1];
    if (href != NULL && strcmp(rel, "alternate") == 0)
        take_text(reading, href, strlen(href));
}

static void XMLCALL
on_start(void *owner, const char *name, const char **attributes)
{
    struct reading *reading = owner;

    reading->quiet = 0;
    if (++reading->depth > DEPTH) {
        stop(reading, "elements lie too deep in each other");
        return;
    }
    if (reading->depth == 1 && !reading->goes_on)
        snprintf(reading->root, sizeof reading->root, "%s", name);
    if (reading->item_depth == 0) {
        see_prefix(reading, attributes);
        if (reading->depth > 1 && (strcmp(name, "item") == 0 || strcmp(name, "entry") == 0)) {
            strcpy(reading->item, name);
            begin_item(reading);
        }
    } else if (reading->depth == reading->item_depth + 1) {
        begin_field(reading, name);
        if (reading->field == FEED_LINK)
            see_link(reading, attributes);
    } else {
        take_text(reading, " ", 1); /* XHTML within a description: words stay apart */
    }
}

static void XMLCALL
on_end(void *owner, const char *name)
{
    struct reading *reading = owner;

    (void)name;
    reading->quiet = 0;
    if (reading->item_depth > 0 && reading->depth == reading->item_depth)
        end_item(reading);
    else if (reading->depth == reading->item_depth + 1)
        reading->field = FEED_FIELDS;
    reading->depth--;
}

static void XMLCALL
on_text(void *owner, const char *text, int size)
{
    struct reading *reading = owner;

    reading->quiet = 0;
    take_text(reading, text, (size_t)size);
}

/* An entity that the file does not declare: HTML's. */
static void XMLCALL
on_entity(void *owner, const char *name, int is_parameter)
{
    uint32_t point = is_parameter ? 0 : html_entity(name, strlen(name));
    char text[12];

    if (point != 0)
        take_text(owner, text, html_put_point(point, text));
    else if (!is_parameter)
        take_text(owner, name, strlen(name));
}

static void XMLCALL
on_declared(void *owner, const char *name, int is_parameter, const char *value, int size, const char *base,
            const char *system, const char *public, const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)size, (void)base, (void)system, (void)public,
        (void)notation;
    stop(owner, "declares entities of its own, which no feed needs");
}

/* Nothing is ever fetched. An empty DTD in place of any lets expat pass unknown entities on to on_entity().
 */
static int XMLCALL
on_external(XML_Parser parser, const char *context, const char *base, const char *system, const char *public)
{
    XML_Parser empty = XML_ExternalEntityParserCreate(parser, context, NULL);
    int status = empty != NULL && XML_Parse(empty, "", 0, 1) == XML_STATUS_OK;

    (void)base, (void)system, (void)public;
    XML_ParserFree(empty);
    return status;
}

static void XMLCALL
on_declaration(void *owner, const char *version, const char *encoding, int standalone)
{
    struct reading *reading = owner;

    (void)version, (void)standalone;
    if (encoding != NULL && reading->encoding == NULL)
        reading->encoding = strdup(encoding);
}

/* windows-1252, which expat does not know itself, and many shops write. */
static int XMLCALL
on_encoding(void *owner, const char *name, XML_Encoding *encoding)
{
    static const unsigned short high[32] = { 0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                             0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                             0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                             0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178 };

    (void)owner;
    if (strcasecmp(name, "windows-1252") != 0 && strcasecmp(name, "cp1252") != 0)
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        encoding->map[i] = i >= 0x80 && i < 0xa0 ? high[i - 0x80] : i;
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    return XML_STATUS_OK;
}

/* -- the file ------------------------------------------------------------------------------------ */

/* Make a parser; one that goes on behind a broken item is told that a feed has begun. Returns 0, or -1
 * without memory. */
static int
make_parser(struct reading *reading, bool goes_on)
{
    XML_Parser parser = XML_ParserCreate(goes_on ? reading->encoding : NULL);

    if (reading->parser != NULL)
        XML_ParserFree(reading->parser);
    if ((reading->parser = parser) == NULL)
        return -1;
    reading->goes_on = goes_on;
    reading->depth = reading->item_depth = 0;
    reading->fed = reading->quiet = 0;
    XML_SetUserData(parser, reading);
    XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_ALWAYS);
    XML_UseForeignDTD(parser, XML_TRUE);
    XML_SetExternalEntityRefHandler(parser, on_external);
    XML_SetSkippedEntityHandler(parser, on_entity);
    XML_SetEntityDeclHandler(parser, on_declared);
    XML_SetUnknownEncodingHandler(parser, on_encoding, NULL);
    XML_SetXmlDeclHandler(parser, on_declaration);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    if (!goes_on)
        return 0;
    reading->fed = 6;
    return XML_Parse(parser, "<feed>", 6, 0) == XML_STATUS_OK ? 0 : -1;
}

static long
count_lines(const char *bytes, size_t size)
{
    long count = 0;

    for (size_t i = 0; i < size; i++)
        count += bytes[i] == '\n';
    return count;
}

static int
say(const struct reading *reading, const char *why)
{
    log_error("%s: line %ld: %s", source_path(reading->source), line_now(reading), why);
    return -1;
}

/* Where the next item begins in the SIZE bytes, or SIZE. */
static size_t
next_item(const struct reading *reading, const char *bytes, size_t size)
{
    const char *name = reading->item[0] == '\0' ? "item" : reading->item;
    size_t length = strlen(name);

    for (size_t i = 0; i + length + 1 < size; i++)
        if (bytes[i] == '<' && memcmp(bytes + i + 1, name, length) == 0 &&
            strchr("> \t\r\n", bytes[i + 1 + length]) != NULL)
            return i;
    return size;
}

/* The parser has failed at AT of the piece or behind it. Returns 0 when reading may go on with the next item,
 * *FROM being where to look for it, or -1 when it may not (logged). */
static int
on_broken(struct reading *reading, size_t at, bool final, size_t *from)
{
    enum XML_Error error = XML_GetErrorCode(reading->parser);
    int64_t behind = (int64_t)XML_GetCurrentByteIndex64(reading->parser) - reading->fed;

    if (reading->fatal != NULL)
        return say(reading, reading->fatal);
    if (error == XML_ERROR_NO_MEMORY || reading->items == 0)
        return say(reading, XML_ErrorString(error));
    if (final && (!reading->goes_on || reading->item_depth > 0))
        return say(reading, "the file is cut short");
    if (reading->item_depth > 0 ||
        !reading->goes_on) /* else the feed's end tags, which this parser saw no begin of */
        reading->sink->refuse(reading->sink->owner,
                              reading->item_depth > 0 ? reading->line : line_now(reading), "",
                              XML_ErrorString(error));
    *from = at + (behind > 0 ? (size_t)behind : 0);
    reading->lost = true;
    return 0;
}

/* Parse the SIZE bytes of PIECE, before which the file has LINES lines. Returns how many bytes at its end are
 * to be shown again before the next piece, or -1 when the file can't be read on (logged). */
static int
parse(struct reading *reading, const char *piece, size_t size, long lines)
{
    size_t at = 0;

    for (;;) {
        size_t from = at;

        if (reading->lost) {
            at += next_item(reading, piece + at, size - at);
            if (at == size) /* its name may lie over the end */
                return size - from < sizeof reading->item ? (int)(size - from) : (int)sizeof reading->item;
            reading->lost = false;
            reading->lines_before = lines + count_lines(piece, at);
            if (make_parser(reading, true) < 0)
                return say(reading, "no memory");
        }
        if (XML_Parse(reading->parser, piece + at, (int)(size - at), 0) == XML_STATUS_OK) {
            reading->fed += (int64_t)(size - at);
            reading->quiet += (int64_t)(size - at);
            return reading->quiet > QUIET_BYTES ? say(reading, "a tag or comment that never ends") : 0;
        }
        from = at;
        if (on_broken(reading, from, false, &at) < 0)
            return -1;
        at = at <= from ? from + 1 : at < size ? at : size;
    }
}

/* The file has ended, on the SIZE bytes of TAIL. */
static int
finish(struct reading *reading, const char *tail, size_t size)
{
    size_t length = strlen(reading->root), from;

    if (!reading->lost && XML_Parse(reading->parser, "", 0, 1) != XML_STATUS_OK &&
        on_broken(reading, 0, true, &from) < 0)
        return -1;
    if (reading->items == 0) {
        log_error("%s: XML without items: no feed of Google's", source_path(reading->source));
        return -1;
    }
    for (size_t i = 0; i + length + 2 < size && reading->goes_on; i++)
        if (memcmp(tail + i, "</", 2) == 0 && memcmp(tail + i + 2, reading->root, length) == 0)
            return 0;
    return reading->goes_on ? say(reading, "the file is cut short") : 0;
}

static int
read_pieces(struct reading *reading, char piece[PIECE])
{
    const size_t kept = 64; /* of the bytes before, for finish() */
    char tail[64];
    size_t again = 0, tail_size = 0;
    long lines = 0;
    int got;

    while ((got = source_read(reading->source, piece + again, PIECE - again)) > 0) {
        size_t size = again + (size_t)got;
        int left = parse(reading, piece, size, lines);

        if (left < 0)
            return -1;
        again = (size_t)left;
        lines += count_lines(piece, size - again);
        if (size >= kept) {
            memcpy(tail, piece + size - kept, kept);
            tail_size = kept;
        } else {
            size_t before = tail_size + size > kept ? kept - size : tail_size;

            memmove(tail, tail + tail_size - before, before);
            memcpy(tail + before, piece, size);
            tail_size = before + size;
        }
        memmove(piece, piece + size - again, again);
    }
    return got < 0 ? -1 : finish(reading, tail, tail_size);
}

int
feed_read_google_xml(struct source *source, const char *currency, const struct feed_sink *sink)
{
    struct reading *reading = calloc(1, sizeof *reading);
    char *piece = malloc(PIECE);
    int status = -1;

    (void)currency; /* each price has its own, and row.c knows the other */
    if (reading != NULL && piece != NULL) {
        reading->sink = sink;
        reading->source = source;
        strcpy(reading->prefix, "g");
        if (make_parser(reading, false) == 0)
            status = read_pieces(reading, piece);
        else
            log_error("%s: no memory", source_path(source));
        if (reading->parser != NULL)
            XML_ParserFree(reading->parser);
        for (int i = 0; i < FEED_FIELDS; i++)
            buffer_clear(&reading->texts[i]);
        free(reading->encoding);
    } else {
        log_error("%s: no memory", source_path(source));
    }
    free(piece);
    free(reading);
    return status;
}
