/* The prose. Which form it takes, and which phrase, is the dice's; what it says is the order's. */
#include "understudy/writing.h"

#include <ctype.h>
#include <string.h>

#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof *(list))]

/* "an ivory linen shirt": PIECE's words with its colour and material in their places. */
static void
put_piece(struct buffer *out, const struct pick *pick, bool bold)
{
    struct buffer text = { 0 };
    const char *colour = lore_colour_name(pick->colour), *words, *rest;

    for (const char *at = pick->piece->words; *at; at++) {
        if (*at != '%') {
            buffer_append(&text, at, 1);
            continue;
        }
        at++;
        buffer_text(&text, *at == 'c' ? colour : pick->material);
        if (*at == 'm' && !*pick->material && at[1] == ' ')
            at++;
    }
    words = rest = buffer_string(&text);
    if (!strncmp(words, "a ", 2)) {
        rest = words + 2;
        buffer_text(out, strchr("aeio", *rest) != NULL ? "an " : "a ");
    }
    buffer_text(out, bold ? "**" : "");
    buffer_text(out, rest);
    buffer_text(out, bold ? "**" : "");
    buffer_clear(&text);
}

/* The same with a capital and no article, for lists. */
static void
put_name(struct buffer *out, const struct pick *pick)
{
    struct buffer text = { 0 };
    const char *words;
    char capital[2] = "";

    put_piece(&text, pick, false);
    words = buffer_string(&text);
    words += !strncmp(words, "a ", 2) ? 2 : !strncmp(words, "an ", 3) ? 3 : 0;
    capital[0] = (char)toupper((unsigned char)*words);
    buffer_text(out, capital);
    buffer_text(out, *words ? words + 1 : "");
    buffer_clear(&text);
}

static void
put_capital(struct buffer *out, const char *text)
{
    char capital[2] = { (char)toupper((unsigned char)*text), '\0' };

    buffer_text(out, capital);
    buffer_text(out, *text ? text + 1 : "");
}

/* -- beginnings and ends ------------------------------------------------------------------------- */

static void
put_acknowledgement(struct buffer *out, const struct manner *manner)
{
    static const char *const cheaper[] = { "Of course, let's bring the total down without losing the idea.",
                                           "Happy to. Same spirit, gentler on your wallet.",
                                           "Absolutely. Here's a version that spends only where it shows." };
    static const char *const excluded[] = { "No problem, that one is out.",
                                            "Fair enough, let's leave that behind.",
                                            "Understood. Here's something that feels more like you." };
    static const char *const items[] = { "Gladly.", "Good call, that's the piece to get right.",
                                         "With pleasure." };
    static const char *const changed[] = { "Of course. This is how I'd change it.",
                                           "Here is the same idea, adjusted.", "Let me rework that." };
    static const char *const without[] = { "Understood, none of that.", "Noted. I'll keep it out.",
                                           "That's easily avoided." };

    if (manner->cheaper)
        buffer_text(out, PICK(cheaper, manner->dice));
    else if (manner->dearer)
        buffer_text(out, "Lovely, let's turn it up a little.");
    else if (manner->excluded)
        buffer_text(out, PICK(excluded, manner->dice));
    else if (manner->brand)
        buffer_text(out, "Let me look through what there is of theirs. I'd want:");
    else if (manner->freed)
        buffer_text(out, "Then money is no object. Here's what I'd choose.");
    else if (manner->warmer)
        buffer_text(out, "Warmer it is.");
    else if (manner->recoloured) {
        put_capital(out, lore_colour_name(manner->colour));
        buffer_text(out, manner->dice % 2 ? " it is." : " works beautifully here.");
    } else if (manner->sized)
        buffer_printf(out, "Thanks, size %s it is; I'll keep to what comes in it.", manner->size);
    else if (manner->with_it)
        buffer_text(out, manner->dice % 2 ? "To go with what we have so far, I'd keep it simple."
                                          : "Gladly. Here's what will sit well with the rest.");
    else if (manner->without)
        buffer_text(out, PICK(without, manner->dice));
    else if (manner->asked)
        buffer_text(out, PICK(items, manner->dice));
    else
        buffer_text(out, PICK(changed, manner->dice));
}

/* "how many dresses?", "an umbrella" where there is none. Returns whether there was anything to say. */
static bool
put_what_there_is(struct buffer *out, const struct manner *manner)
{
    if (*manner->missing)
        buffer_printf(out, "I don't find any %s in this shop, I'm afraid. The nearest that I can suggest:",
                      manner->missing);
    else if (manner->count > 1)
        buffer_printf(out, "There are %lld %s%s at the moment. These are where I'd begin.",
                      (long long)manner->count, *manner->many ? manner->many : "pieces",
                      manner->narrowed ? " like that in this shop" : " in this shop");
    else if (manner->count == 1)
        buffer_text(out, "There is one at the moment, and this is how I'd wear it.");
    return *manner->missing || manner->count > 0;
}

/* "Can I wear white to a wedding?" */
static void
put_verdict(struct buffer *out, const struct manner *manner)
{
    if (manner->bride)
        buffer_text(out, "As a guest I'd leave white to the couple; anything with a little colour in it is "
                         "safer and looks "
                         "just as fresh. Here's what I'd wear instead.");
    else
        buffer_text(out, manner->dice % 2
                             ? "Yes, as long as the rest stays quiet. Here's how I'd do it."
                             : "You can, and it comes down to proportion and fabric. This is what I'd try.");
}

static void
put_opening(struct buffer *out, const struct order *order, const struct manner *manner, size_t count)
{
    static const char *const single[] = { "Here is where I'd start.", "I have a clear favourite for this.",
                                          "That's an easy one to get right." };
    static const char *const greetings[] = { "What a nice thing to dress for!",
                                             "Lovely, let's put something together.",
                                             "I'd be glad to help with that.",
                                             "That is a nice one to plan." };
    bool sad = !strcmp(order->occasion->id, "funeral");

    if (put_what_there_is(out, manner))
        return;
    if (manner->question) {
        put_verdict(out, manner);
        return;
    }
    if (!manner->first) {
        put_acknowledgement(out, manner);
        return;
    }
    if (!strcmp(manner->mood, "nervous") || !strcmp(manner->mood, "unsure"))
        buffer_text(out, "Take a breath: this is easier than it looks. ");
    else if (!strcmp(manner->mood, "hurried"))
        buffer_text(out, "Let's be quick about it. ");
    else if (manner->dice % 3 == 0 && !sad)
        buffer_printf(out, "%s ", PICK(greetings, manner->dice / 3));
    if (manner->items && order->asked == 1 && count == 2 && manner->dice % 2)
        buffer_text(out, "There are two ways to do this well.");
    else if (manner->items && !strcmp(order->occasion->id, "everyday"))
        buffer_text(out, PICK(single, manner->dice / 3));
    else
        buffer_printf(out, "%s.", order->occasion->opening);
    if (manner->budget && manner->dice % 4 != 2)
        buffer_text(out, " I've kept an eye on your budget throughout.");
}

static void
put_closing(struct buffer *out, const struct manner *manner)
{
    static const char *const closings[] = {
        "Tell me if you'd like it dressier, simpler or in other colours, and I'll adjust.",
        "Does that feel like you? If something isn't right, just say which and I'll change it.",
        "The colours talk to each other, so you can mix it all with what you already own.",
        "If you let me know your size, I can narrow it down to what will actually fit.",
        "Keep everything else quiet and let these do the work.",
    };
    static const char *const budget[] = {
        "The sum stands below the look; I can trim further if you like.",
        "All of this is chosen with your budget in mind.",
    };

    static const char *const single[] = {
        "Tell me if you'd like another colour or a different cut, and I'll look again.",
        "If neither is quite right, say what bothers you about it.",
        "Shall I find something to go with it?",
        "If you let me know your size, I can narrow it down to what will actually fit.",
    };

    if (manner->one_slot)
        buffer_text(out, PICK(single, manner->dice / 5 % (manner->size_known ? 3 : 4)));
    else if (manner->budget && manner->dice % 3 == 0)
        buffer_text(out, PICK(budget, manner->dice / 3));
    else
        buffer_text(out,
                    PICK(closings, manner->dice / 5 + (manner->size_known && manner->dice / 5 % 5 == 3)));
}

/* -- forms --------------------------------------------------------------------------------------- */

static const char *
lead_in(enum slot slot, bool first, bool single, unsigned dice)
{
    static const char *const alone[] = { "I'd go for ", "My first choice is ", "I'd try ", "I like " };
    static const char *const starts[] = { "Start with ", "I'd build everything around ", "Begin with ",
                                          "The heart of it is " };
    static const char *const tops[] = { "Up top, I'd go for ", "With it goes ", "Next comes " };
    static const char *const bottoms[] = { "Pair it with ", "Below, I like ", "It sits well over " };
    static const char *const outers[] = { "Over it, add ", "For when it cools down, take ", "Layer on " };
    static const char *const shoes[] = { "On your feet, ", "For shoes, I'd choose ", "Ground it with " };
    static const char *const last[] = { "Finish with ", "The last touch: ", "And to round it off, " };

    if (first)
        return single ? PICK(alone, dice) : PICK(starts, dice);
    switch (slot) {
    case SLOT_TOP:
        return PICK(tops, dice);
    case SLOT_BOTTOM:
        return PICK(bottoms, dice);
    case SLOT_OUTERWEAR:
        return PICK(outers, dice);
    case SLOT_SHOES:
        return PICK(shoes, dice);
    case SLOT_DRESS:
    case SLOT_SET:
        return "The centrepiece is ";
    default:
        return PICK(last, dice);
    }
}

/* "because it breathes", but never "because kept plain". */
static bool
follows_because(const char *why)
{
    return !strncmp(why, "it ", 3) || !strncmp(why, "they ", 5) || !strncmp(why, "a ", 2) ||
           !strncmp(why, "the ", 4);
}

/* Returns the reason that it gave. */
static const char *
put_sentence(struct buffer *out, const struct manner *manner, const struct pick *pick, size_t n, bool bold)
{
    unsigned dice = manner->dice / 7 + (unsigned)n;
    const char *why = dice % 2 ? pick->piece->why : pick->piece->also;

    if (n > 0 && manner->one_slot)
        buffer_text(out, dice % 2 ? "Or, for a different mood, " : "Another good choice is ");
    else
        buffer_text(out, lead_in(pick->garment->slot, n == 0, manner->one_slot, dice));
    put_piece(out, pick, bold);
    if (dice % 3 == 1) {
        buffer_text(out, ". ");
        put_capital(out, why);
    } else {
        buffer_text(out, dice / 2 % 2 && follows_because(why) ? ", because " : ": ");
        buffer_text(out, why);
    }
    buffer_text(out, ".");
    return why;
}

/* A paragraph for each; with PAIRS now and then two in one. */
static void
write_flowing(struct buffer *out, const struct manner *manner, const struct pick *picks, size_t count,
              bool pairs, bool bold)
{
    for (size_t n = 0; n < count; n++) {
        const char *why = put_sentence(out, manner, &picks[n], n, bold);

        if (pairs && n % 2 == 0 && n + 1 < count) {
            n++;
            buffer_text(out, " ");
            put_sentence(out, manner, &picks[n], n, bold);
        } else if (manner->dice / 11 % 3 == 0) {
            buffer_text(out, " ");
            put_capital(out, why == picks[n].piece->why ? picks[n].piece->also : picks[n].piece->why);
            buffer_text(out, ".");
        }
        buffer_text(out, "\n\n");
    }
}

static void
write_list(struct buffer *out, const struct manner *manner, const struct pick *picks, size_t count,
           bool numbered)
{
    for (size_t n = 0; n < count; n++) {
        if (numbered)
            buffer_printf(out, "%zu. **", n + 1);
        else
            buffer_text(out, "- **");
        put_name(out, &picks[n]);
        buffer_text(out, "**");
        buffer_text(out, manner->dice % 2 ? ": " : ". ");
        bool again = n > 0 && picks[n].piece == picks[n - 1].piece;
        const char *why = again ? picks[n].piece->also : picks[n].piece->why;
        if (manner->dice % 2)
            buffer_text(out, why);
        else
            put_capital(out, why);
        buffer_text(out, n + 1 < count ? ".\n" : ".\n\n");
    }
}

static const char *
part_name(enum slot slot)
{
    switch (slot) {
    case SLOT_SHOES:
        return "On your feet";
    case SLOT_OUTERWEAR:
        return "The layer on top";
    case SLOT_TOP:
    case SLOT_BOTTOM:
    case SLOT_DRESS:
    case SLOT_SET:
    case SLOT_SWIMWEAR:
        return "The main thing";
    default:
        return "The finishing touch";
    }
}

static void
write_sections(struct buffer *out, const struct manner *manner, const struct pick *picks, size_t count)
{
    const char *last = "";

    for (size_t n = 0; n < count; n++) {
        const char *part = part_name(picks[n].garment->slot);

        if (strcmp(part, last))
            buffer_printf(out, manner->dice % 2 ? "### %s\n\n" : "**%s**\n\n", part);
        last = part;
        put_sentence(out, manner, &picks[n], n, false);
        buffer_text(out, "\n\n");
    }
}

static void
write_english(struct buffer *out, const struct order *order, const struct manner *manner,
              const struct pick *picks, size_t count)
{
    put_opening(out, order, manner, count);
    buffer_text(out, "\n\n");
    switch (manner->dice / 2 % 6) {
    case 0:
        write_list(out, manner, picks, count, true);
        break;
    case 1:
        write_list(out, manner, picks, count, false);
        break;
    case 2:
        write_flowing(out, manner, picks, count, true, false);
        break;
    case 3:
        if (count > 2)
            write_sections(out, manner, picks, count);
        else
            write_flowing(out, manner, picks, count, false, false);
        break;
    case 4:
        write_flowing(out, manner, picks, count, true, true);
        break;
    default:
        write_flowing(out, manner, picks, count, false, manner->dice % 2);
    }
    put_closing(out, manner);
}

/* -- other languages ----------------------------------------------------------------------------- */

enum tongue
writing_tongue(const char *language)
{
    return !strcmp(language, "de")   ? TONGUE_DE
           : !strcmp(language, "fr") ? TONGUE_FR
           : !strcmp(language, "es") ? TONGUE_ES
                                     : TONGUE_EN;
}

/* A list with names, since articles and endings would need a grammar. */
static void
write_foreign(struct buffer *out, const struct order *order, const struct manner *manner,
              const struct pick *picks, size_t count, enum tongue tongue)
{
    static const char *const openings[TONGUES] = {
        "", "Sehr gern! Für %s würde ich auf wenige, gut abgestimmte Teile setzen.",
        "Avec plaisir ! Pour %s, je miserais sur quelques pièces bien accordées.",
        "¡Con mucho gusto! Para %s apostaría por pocas prendas que combinen bien."
    };
    static const char *const again[TONGUES] = { "", "Gern, dann so:", "Bien sûr, voici une autre idée :",
                                                "Claro, entonces así:" };
    static const char *const joins[TONGUES][2] = {
        { "", "" }, { " aus ", " in " }, { " en ", " coloris " }, { " de ", " color " }
    };
    static const char *const whys[TONGUES][3] = {
        { "", "", "" },
        { "bequem und dem Anlass angemessen", "die Farbe hält alles zusammen",
          "leicht zu kombinieren, auch später" },
        { "confortable et juste pour l’occasion", "la couleur relie le tout", "facile à reporter ensuite" },
        { "cómodo y adecuado para la ocasión", "el color une todo el conjunto", "fácil de combinar después" },
    };
    static const char *const closings[TONGUES] = {
        "", "Sag mir gern deine Größe oder was dir nicht gefällt, dann passe ich es an.",
        "Dites-moi votre taille ou ce qui ne vous plaît pas, et j’ajusterai.",
        "Dime tu talla o lo que no te convence y lo ajusto."
    };

    static const char *const sized[TONGUES] = { "", "Sag mir, was dir nicht gefällt, dann passe ich es an.",
                                                "Dites-moi ce qui ne vous plaît pas, et j’ajusterai.",
                                                "Dime lo que no te convence y lo ajusto." };

    if (manner->first)
        buffer_printf(out, openings[tongue], order->occasion->names[tongue]);
    else
        buffer_text(out, again[tongue]);
    buffer_text(out, "\n\n");
    for (size_t n = 0; n < count; n++) {
        const struct material *material = lore_material(picks[n].material);

        buffer_text(out, "- **");
        put_capital(out, picks[n].garment->names[tongue]);
        if (material != NULL)
            buffer_printf(out, "%s%s", joins[tongue][0], material->names[tongue]);
        buffer_printf(out, "%s%s**: %s.\n", joins[tongue][1], lore_colour(picks[n].colour)->names[tongue],
                      whys[tongue][(n + manner->dice) % 3]);
    }
    buffer_printf(out, "\n%s", manner->size_known ? sized[tongue] : closings[tongue]);
}

void
writing_suggestion(struct buffer *out, const struct order *order, const struct manner *manner,
                   const struct pick *picks, size_t count)
{
    static const char *const nothing[TONGUES] = {
        "Looking through what this shop carries, I don't see a piece I could honestly recommend for that. If "
        "you "
        "loosen one of your wishes, I'll gladly look again.",
        "Im Sortiment sehe ich dazu leider nichts, was ich ehrlich empfehlen könnte. Wenn du bei einem "
        "Wunsch etwas "
        "nachgibst, suche ich gern weiter.",
        "Je ne vois rien ici à vous conseiller vraiment. Si vous assouplissez un critère, je cherche.",
        "No veo aquí nada que pueda recomendarte de verdad. Si cedes en algún deseo, vuelvo a buscar."
    };
    enum tongue tongue = writing_tongue(manner->language);

    if (tongue == TONGUE_EN && count == 0 && *manner->missing) {
        buffer_printf(out,
                      "I don't find any %s in this shop, I'm afraid. Is there something else I can look for?",
                      manner->missing);
    } else if (tongue != TONGUE_EN && count > 0) {
        write_foreign(out, order, manner, picks, count, tongue);
    } else if (count == 0) {
        buffer_text(out, nothing[tongue]);
    } else {
        write_english(out, order, manner, picks, count);
    }
}

void
writing_elsewhere(struct buffer *out, const char *language, unsigned dice)
{
    static const char *const english[] = {
        "That one is outside my wardrobe, I'm afraid; clothes are what I know. Tell me where you're going or "
        "what you'd like to wear, and I'll put something together.",
        "I wish I could help, but I only speak fluent fashion. Is there an occasion coming up that you'd "
        "like to be dressed for?",
        "I'll leave that to somebody who knows it better. What I can do is find you something to wear: "
        "what's it for?",
    };
    static const char *const foreign[TONGUES] = {
        "",
        "Da bin ich leider überfragt, denn ich kenne mich nur mit Mode aus. Wofür darf ich dir etwas "
        "heraussuchen?",
        "Là, je ne peux pas vous aider : je ne m’y connais qu’en mode. Pour quelle occasion cherchez-vous "
        "une tenue ?",
        "Ahí no puedo ayudarte: solo entiendo de moda. ¿Para qué ocasión buscas algo?"
    };
    enum tongue tongue = writing_tongue(language);

    buffer_text(out, tongue == TONGUE_EN ? PICK(english, dice) : foreign[tongue]);
}

void
writing_unclear(struct buffer *out, const char *language, bool greeted, unsigned dice)
{
    static const char *const english[] = {
        "What are you looking for? An occasion, a season or a favourite colour is all I need to begin.",
        "Tell me a little more: what is it for, who will wear it, and is there anything you'd rather not "
        "see?",
    };
    static const char *const foreign[TONGUES] = {
        "", "Wofür suchst du etwas? Anlass, Jahreszeit oder Lieblingsfarbe genügen mir für den Anfang.",
        "Que cherchez-vous ? Une occasion, une saison ou une couleur me suffit pour commencer.",
        "¿Qué buscas? Con la ocasión, la estación o un color me basta para empezar."
    };
    enum tongue tongue = writing_tongue(language);

    if (greeted && tongue == TONGUE_EN)
        buffer_text(out, "Hello! ");
    buffer_text(out, tongue == TONGUE_EN ? PICK(english, dice) : foreign[tongue]);
}

void
writing_calm(struct buffer *out, const char *language)
{
    static const char *const words[TONGUES] = {
        "I'd like to help, and I'm happy to start over. If you tell me what it's for, I'll do my best.",
        "Ich helfe gern und fange auch von vorn an. Sag mir, wofür du etwas brauchst.",
        "Je veux bien vous aider et tout reprendre. Dites-moi pour quelle occasion.",
        "Quiero ayudarte y puedo empezar de nuevo. Dime para qué ocasión es.",
    };

    buffer_text(out, words[writing_tongue(language)]);
}
