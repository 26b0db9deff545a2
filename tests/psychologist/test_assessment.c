#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "psychologist/assessment.h"
#include "psychologist/change.h"

/* From the model's answer to what ASSESSED carries. JSON is written with ' for " here. */

#define ANSWER                                                                                               \
    "{'topic':'fashion','occasion':null,'mood':null,'needs':[],'summary':'A guest.','language':'en',"        \
    "'want':'look','slots':[],'criteria':[%s],'exclude_shown':[%s]}"

static char *
quoted(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

static json_t *
parsed(const char *text)
{
    char *json = quoted(text);
    json_t *value = json_loads(json, 0, NULL);

    if (value == NULL)
        print_error("not JSON: %s\n", json);
    assert_non_null(value);
    free(json);
    return value;
}

static const char *const facets = "{'currency':'USD','sizes':{'letters':['S','M'],'shoes':['41','42'],"
                                  "'numeric':['36','42'],'waist':['33']}}";
static const char *const shown =
    "[{'id':'LN-1','title':'Linen Shirt','slot':'top'},{'id':'HT-2','title':'Straw Hat',"
    "'slot':'hat'},{'title':'no id'},{'id':'HT-4','title':'Cap','slot':'hat'},"
    "{'id':'LN-1','title':'Linen Shirt','slot':'top'}]";

/* What the criteria BEFORE become when the model answers ITEMS and EXCLUDED; *DROPPED is how many items are
 * left out. */
static json_t *
criteria_after(const char *before, const char *items, const char *excluded, size_t *dropped)
{
    json_t *criteria = parsed(before), *cards = parsed(shown), *shop = parsed(facets);
    struct assessment_known known = { .criteria = criteria, .shown = cards, .facets = shop };
    struct assessment out;
    char raw[8000], why[80], *answer;

    snprintf(raw, sizeof raw, ANSWER, items, excluded);
    answer = quoted(raw);
    assert_int_equal(assessment_read(answer, &known, &out), 0);
    assert_int_equal(json_patch(&criteria, out.patch, why), 0);
    *dropped = out.dropped;
    assessment_clear(&out);
    free(answer);
    json_decref(cards);
    json_decref(shop);
    return criteria;
}

static void
assert_same(const json_t *value, const char *expected, const char *what)
{
    json_t *wanted = parsed(expected);

    if (!json_equal(value, wanted)) {
        char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);

        print_error("%s\n  gives    %s\n  expected %s\n", what, dump, expected);
        free(dump);
        json_decref(wanted);
        fail();
    }
    json_decref(wanted);
}

struct learning {
    const char *before, *items, *excluded, *after;
};

static void
learns(const struct learning *cases, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        size_t dropped;
        json_t *after = criteria_after(cases[n].before, cases[n].items, cases[n].excluded, &dropped);

        assert_same(after, cases[n].after, cases[n].items);
        json_decref(after);
    }
}

#define LEARNS(cases) learns(cases, sizeof(cases) / sizeof *(cases))

/* -- criteria ----------------------------------------------------------------------------------- */

static void
budgets_become_minor_units_by_their_scope(void **state)
{
    static const struct learning cases[] = {
        { "{}", "{'op':'set','field':'price','slot':'all','max':200,'currency':'usd','scope':'outfit'}", "",
          "{'budget.outfit':{'field':'price','slot':'all','scope':'outfit','max':20000,'currency':'USD',"
          "'label':'under $200 for the outfit'}}" },
        { "{}", "{'op':'set','field':'price','slot':'all','max':49.5,'currency':'EUR','scope':'item'}", "",
          "{'budget.item':{'field':'price','slot':'all','scope':'item','max':4950,'currency':'EUR',"
          "'label':'under €49.50 each'}}" },
        { "{}",
          "{'op':'set','field':'price','slot':'shoes','min':50,'max':90,'currency':'$','scope':'outfit'}", "",
          "{'budget.item.shoes':{'field':'price','slot':'shoes','scope':'item','min':5000,'max':9000,'"
          "currency':'USD',"
          "'label':'shoes from $50 to $90'}}" },
        { "{}",
          "{'op':'set','field':'price','slot':'all','min':5000,'max':null,'currency':'JPY','scope':'item'}",
          "",
          "{'budget.item':{'field':'price','slot':'all','scope':'item','min':5000,'currency':'JPY',"
          "'label':'over ¥5000 each'}}" },
        { "{}", "{'op':'set','field':'price','max':12,'currency':'KWD','scope':'item'}", "",
          "{'budget.item':{'field':'price','slot':'all','scope':'item','max':12000,'currency':'KWD',"
          "'label':'under KWD 12 each'}}" },
        /* a whole look is wanted, and no scope said */
        { "{}", "{'op':'set','field':'price','slot':'all','max':100,'currency':null,'scope':null}", "",
          "{'budget.outfit':{'field':'price','slot':'all','scope':'outfit','max':10000,'currency':'USD',"
          "'label':'under $100 for the outfit'}}" },
        /* another budget of that scope takes its place, one of the other scope stands beside it */
        { "{'budget.outfit':{'field':'price','scope':'outfit','max':1},'budget.item':{'field':'price','scope'"
          ":'item','max':2}}",
          "{'op':'set','field':'price','slot':'all','max':3,'currency':'USD','scope':'outfit'}", "",
          "{'budget.outfit':{'field':'price','slot':'all','scope':'outfit','max':300,'currency':'USD',"
          "'label':'under $3 for the outfit'},'budget.item':{'field':'price','scope':'item','max':2}}" },
        /* none of these is a budget */
        { "{}",
          "{'op':'set','field':'price','slot':'all','min':null,'max':null,'currency':'USD','scope':'item'}",
          "", "{}" },
        { "{}", "{'op':'set','field':'price','slot':'all','max':-5,'currency':'USD','scope':'item'}", "",
          "{}" },
        { "{}", "{'op':'set','field':'price','slot':'all','max':0,'currency':'USD','scope':'item'}", "",
          "{}" },
        { "{}", "{'op':'set','field':'price','slot':'all','max':1e300,'currency':'USD','scope':'item'}", "",
          "{}" },
        { "{}", "{'op':'set','field':'price','slot':'all','max':'200','currency':'USD','scope':'item'}", "",
          "{}" },
        { "{}", "{'op':'set','field':'price','slot':'all','min':9,'max':5,'currency':'USD','scope':'item'}",
          "", "{}" },
    };

    (void)state;
    LEARNS(cases);
}

static void
a_size_keeps_to_its_class(void **state)
{
    static const struct learning cases[] = {
        { "{}", "{'op':'set','field':'size','slot':'all','any':['m'],'class':'letters'}", "",
          "{'size.letters':{'field':'size','slot':'all','class':'letters','any':['M'],'label':'size M'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':['medium','Large'],'class':null}", "",
          "{'size.letters':{'field':'size','slot':'all','class':'letters','any':['M','L'],'label':'size M or "
          "L'}}" },
        /* a new size of a class leaves the others alone */
        { "{'size.letters':{'field':'size','class':'letters','any':['S'],'label':'size "
          "S'},'size.shoes':{'field':'size',"
          "'class':'shoes','any':['41'],'label':'shoe size 41'}}",
          "{'op':'set','field':'size','slot':'shoes','any':['42'],'class':'shoes','system':'eu'}", "",
          "{'size.letters':{'field':'size','class':'letters','any':['S'],'label':'size "
          "S'},'size.shoes':{'field':'size',"
          "'slot':'all','class':'shoes','system':'EU','any':['42'],'label':'shoe size EU 42'}}" },
        { "{}", "{'op':'set','field':'size','slot':'bottom','any':['33'],'class':'waist','system':'Mars'}",
          "",
          "{'size.waist':{'field':'size','slot':'all','class':'waist','any':['33'],'label':'waist 33'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':['8'],'class':'kids'}", "",
          "{'size.kids':{'field':'size','slot':'all','class':'kids','any':['8'],'label':'kids\\u0027 size "
          "8'}}" },
        { "{}", "{'op':'set','field':'size','slot':'top','any':['L'],'class':'letters'}", "",
          "{'size.letters.top':{'field':'size','slot':'top','class':'letters','any':['L'],'label':'top in "
          "size L'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','none':['XS'],'class':'letters'}", "",
          "{'not.size.letters':{'field':'size','slot':'all','class':'letters','none':['XS'],'label':'not "
          "size XS'}}" },
        /* no class was said: by the slot, by the shop's own sizes, or a number */
        { "{}", "{'op':'set','field':'size','slot':'shoes','any':['42']}", "",
          "{'size.shoes':{'field':'size','slot':'all','class':'shoes','any':['42'],'label':'shoe size "
          "42'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':['41'],'class':'odd'}", "",
          "{'size.shoes':{'field':'size','slot':'all','class':'shoes','any':['41'],'label':'shoe size "
          "41'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':['42']}", "",
          "{'size.numeric':{'field':'size','slot':'all','class':'numeric','any':['42'],'label':'size 42'}}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':['roomy']}", "", "{}" },
        { "{}", "{'op':'set','field':'size','slot':'all','any':[]}", "", "{}" },
        /* said for all it takes the place of what was said for one, in its class */
        { "{'size.letters.top':{'field':'size','slot':'top','class':'letters','any':['L']},"
          "'size.numeric.dress':{'field':'size','slot':'dress','class':'numeric','any':['38']}}",
          "{'op':'set','field':'size','slot':'all','any':['S'],'class':'letters'}", "",
          "{'size.letters':{'field':'size','slot':'all','class':'letters','any':['S'],'label':'size S'},"
          "'size.numeric.dress':{'field':'size','slot':'dress','class':'numeric','any':['38']}}" },
    };

    (void)state;
    LEARNS(cases);
}

static void
words_are_cleaned_and_said_on_chips(void **state)
{
    static const struct learning cases[] = {
        { "{}", "{'op':'set','field':'gender','slot':'top','any':['Men','male']}", "",
          "{'gender':{'field':'gender','slot':'all','any':['male'],'label':'for men'}}" },
        { "{'gender':{'field':'gender','slot':'all','any':['male'],'label':'for men'}}",
          "{'op':'set','field':'age_group','slot':'all','any':['kids']}", "",
          "{'gender':{'field':'gender','slot':'all','any':['male'],'label':'for boys'},"
          "'age_group':{'field':'age_group','slot':'all','any':['kids'],'label':'for kids'}}" },
        { "{'gender':{'field':'gender','slot':'all','any':['female'],'label':'for girls'},"
          "'age_group':{'field':'age_group','slot':'all','any':['kids'],'label':'for kids'}}",
          "{'op':'remove','field':'age_group','slot':'all'}", "",
          "{'gender':{'field':'gender','slot':'all','any':['female'],'label':'for women'}}" },
        { "{}", "{'op':'set','field':'gender','slot':'all','any':['robot']}", "", "{}" },
        { "{}", "{'op':'set','field':'age_group','slot':'all','any':['children']}", "",
          "{'age_group':{'field':'age_group','slot':'all','any':['kids'],'label':'for kids'}}" },
        { "{}", "{'op':'set','field':'colour','slot':'tops','any':[' Black ','BLACK','navy','']}", "",
          "{'colour.top':{'field':'colour','slot':'top','any':['black','navy'],'label':'top in black or "
          "navy'}}" },
        { "{}", "{'op':'set','field':'colour','slot':'all','any':['red','blue','green']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['red','blue','green'],'label':'in red, blue or "
          "green'}}" },
        { "{}", "{'op':'set','field':'brand','slot':'all','any':['Harrow & Pike','okko']}", "",
          "{'brand':{'field':'brand','slot':'all','any':['harrow & pike','okko'],'label':'by Harrow & Pike "
          "or Okko'}}" },
        { "{}", "{'op':'set','field':'material','slot':'bottom','none':['wool']}", "",
          "{'not.material.bottom':{'field':'material','slot':'bottom','none':['wool'],'label':'bottom: no "
          "wool'}}" },
        { "{}", "{'op':'set','field':'occasion','slot':'','any':['beach wedding']}", "",
          "{'occasion':{'field':'occasion','slot':'all','any':['beach wedding'],'label':'beach wedding'}}" },
        { "{}", "{'op':'set','field':'season','slot':'all','any':['summer']}", "",
          "{'season':{'field':'season','slot':'all','any':['summer'],'label':'for summer'}}" },
        { "{}", "{'op':'set','field':'on_sale','slot':'all','any':[]}", "",
          "{'on_sale':{'field':'on_sale','slot':'all','any':['yes'],'label':'on sale'}}" },
        { "{}", "{'op':'set','field':'on_sale','slot':'all','none':['sale']}", "",
          "{'not.on_sale':{'field':'on_sale','slot':'all','none':['yes'],'label':'not on sale'}}" },
        { "{}", "{'op':'set','field':'availability','slot':'all','any':['in stock']}", "",
          "{'availability':{'field':'availability','slot':'all','any':['in_stock'],'label':'in stock'}}" },
        { "{}", "{'op':'set','field':'style','slot':'all','any':['relaxed'],'none':['formal']}", "",
          "{'style':{'field':'style','slot':'all','any':['relaxed'],'label':'relaxed'},"
          "'not.style':{'field':'style','slot':'all','none':['formal'],'label':'not formal'}}" },
        { "{}", "{'op':'set','field':'category','slot':'shoes','none':['high heels']}", "",
          "{'not.category.shoes':{'field':'category','slot':'shoes','none':['high heels'],'label':'shoes: no "
          "high heels'}}" },
        { "{}", "{'op':'set','field':'colour','slot':'tie clip','any':['gold']}", "",
          "{'colour.tie clip':{'field':'colour','slot':'tie clip','any':['gold'],'label':'tie clip in "
          "gold'}}" },
    };

    (void)state;
    LEARNS(cases);
}

static void
what_makes_no_sense_is_dropped_and_counted(void **state)
{
    static const char *const items[] = {
        "'a text'",
        "{}",
        "{'op':'set','field':'horoscope','slot':'all','any':['leo']}",
        "{'op':'flip','field':'colour','slot':'all','any':['red']}",
        "{'op':'set','field':'colour','slot':'a slot with a very long name','any':['red']}",
        "{'op':'set','field':'colour','slot':'t/o/p','any':['red']}",
        "{'op':'set','field':'colour','slot':'all','any':'red'}",
        "{'op':'set','field':'colour','slot':'all','any':[7,null,'','re\\u0007d']}",
        "{'op':'set','field':'style','slot':'all','any':['"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']}",
        "{'op':'set','field':'product','slot':'all','none':['LN-1']}", /* ids never come from a model */
        "{'op':'set','field':'size','slot':'all','any':['42x'],'class':'wings'}",
    };

    (void)state;
    for (size_t n = 0; n < sizeof items / sizeof *items; n++) {
        size_t dropped;
        json_t *after = criteria_after("{}", items[n], "", &dropped);

        if (n + 1 < sizeof items / sizeof *items) {
            assert_same(after, "{}", items[n]);
            assert_int_equal(dropped, 1);
        } else {
            assert_int_equal(dropped, 0); /* begins with a digit: a number of some kind */
        }
        json_decref(after);
    }
}

static void
wanted_and_excluded_words_rule_each_other_out(void **state)
{
    static const struct learning cases[] = {
        /* exclusions add up, and are not said twice */
        { "{'not.material':{'field':'material','slot':'all','none':['wool'],'label':'no wool'}}",
          "{'op':'set','field':'material','slot':'all','none':['silk','wool']}", "",
          "{'not.material':{'field':'material','slot':'all','none':['wool','silk'],'label':'no wool or "
          "silk'}}" },
        /* what is wanted now is no longer excluded */
        { "{'not.material':{'field':'material','slot':'all','none':['wool','silk'],'label':'no wool or "
          "silk'}}",
          "{'op':'set','field':'material','slot':'all','any':['wool']}", "",
          "{'not.material':{'field':'material','slot':'all','none':['silk'],'label':'no silk'},"
          "'material':{'field':'material','slot':'all','any':['wool'],'label':'wool'}}" },
        { "{'not.colour':{'field':'colour','slot':'all','none':['red'],'label':'not in red'}}",
          "{'op':'set','field':'colour','slot':'all','any':['red']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['red'],'label':'in red'}}" },
        /* and the other way round */
        { "{'colour':{'field':'colour','slot':'all','any':['red','blue'],'label':'in red or blue'}}",
          "{'op':'set','field':'colour','slot':'all','none':['red']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['blue'],'label':'in blue'},"
          "'not.colour':{'field':'colour','slot':'all','none':['red'],'label':'not in red'}}" },
        /* a new colour takes the place of the old; for all slots also that of a single one's */
        { "{'colour':{'field':'colour','slot':'all','any':['red']},'colour.top':{'field':'colour','slot':'"
          "top','any':['white']}}",
          "{'op':'set','field':'colour','slot':'all','any':['black']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['black'],'label':'in black'}}" },
        { "{'colour':{'field':'colour','slot':'all','any':['red'],'label':'in red'}}",
          "{'op':'set','field':'colour','slot':'top','any':['black']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['red'],'label':'in red'},"
          "'colour.top':{'field':'colour','slot':'top','any':['black'],'label':'top in black'}}" },
    };

    (void)state;
    LEARNS(cases);
}

/* A frontend writes criteria too (orchestrator/criteria.c lets numbers through). */
static void
what_is_no_word_in_a_frontends_criteria_does_no_harm(void **state)
{
    static const struct learning cases[] = {
        { "{'not.material':{'field':'material','slot':'all','none':[5,null,'wool']}}",
          "{'op':'set','field':'material','slot':'all','none':['silk']}", "",
          "{'not.material':{'field':'material','slot':'all','none':['wool','silk'],'label':'no wool or "
          "silk'}}" },
        { "{'not.colour':{'field':'colour','slot':'all','none':[7]}}",
          "{'op':'set','field':'colour','slot':'all','any':['red']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['red'],'label':'in red'}}" },
        { "{'gender':{'field':'gender','slot':'all','any':['male',true]}}",
          "{'op':'set','field':'age_group','slot':'all','any':['kids']}", "",
          "{'gender':{'field':'gender','slot':'all','any':['male',true],'label':'for men'},"
          "'age_group':{'field':'age_group','slot':'all','any':['kids'],'label':'for kids'}}" },
    };

    (void)state;
    LEARNS(cases);
}

static void
removing_takes_what_is_named_and_no_more(void **state)
{
    static const char *const before =
        "{'budget.item':{'field':'price','slot':'all','scope':'item','max':1},"
        "'budget.outfit':{'field':'price','slot':'all','scope':'outfit','max':2},"
        "'colour':{'field':'colour','slot':'all','any':['red','blue'],'label':'in red or blue'},"
        "'colour.top':{'field':'colour','slot':'top','any':['white']},"
        "'size.letters':{'field':'size','slot':'all','class':'letters','any':['M']},"
        "'size.shoes':{'field':'size','slot':'all','class':'shoes','any':['42']},"
        "'not.product':{'field':'product','slot':'all','none':['LN-1']}}";
    static const struct {
        const char *item, *gone;
    } cases[] = {
        { "{'op':'remove','field':'price','slot':'all'}", "budget.item budget.outfit " },
        { "{'op':'remove','field':'price','slot':'all','scope':'outfit'}", "budget.outfit " },
        { "{'op':'remove','field':'colour','slot':'all','any':[],'none':[]}", "colour colour.top " },
        { "{'op':'remove','field':'colour','slot':'top'}", "colour.top " },
        { "{'op':'remove','field':'colour','slot':'shoes'}", "" },
        { "{'op':'remove','field':'colour','slot':'all','any':['white']}", "colour.top " },
        { "{'op':'remove','field':'size','slot':'all'}", "size.letters size.shoes " },
        { "{'op':'remove','field':'size','slot':'all','class':'shoes'}", "size.shoes " },
        { "{'op':'remove','field':'size','slot':'all','any':['M']}", "size.letters " },
        { "{'op':'remove','field':'product','slot':'all'}", "not.product " },
        { "{'op':'remove','field':'season','slot':'all'}", "" },
    };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        json_t *old = parsed(before), *value;
        size_t dropped;
        json_t *after = criteria_after(before, cases[n].item, "", &dropped);
        char gone[200] = "";
        const char *key;

        json_object_foreach(old, key, value)
        {
            if (json_object_get(after, key) == NULL)
                strcat(strcat(gone, key), " ");
        }
        assert_string_equal(gone, cases[n].gone);
        assert_int_equal(dropped, 0);
        json_decref(old);
        json_decref(after);
    }
}

static void
removing_a_word_leaves_the_others(void **state)
{
    static const struct learning cases[] = {
        { "{'colour':{'field':'colour','slot':'all','any':['red','blue'],'label':'in red or blue'},"
          "'not.colour':{'field':'colour','slot':'all','none':['pink','grey'],'label':'not in pink or "
          "grey'}}",
          "{'op':'remove','field':'colour','slot':'all','any':['red'],'none':['grey']}", "",
          "{'colour':{'field':'colour','slot':'all','any':['blue'],'label':'in blue'},"
          "'not.colour':{'field':'colour','slot':'all','none':['pink'],'label':'not in pink'}}" },
    };

    (void)state;
    LEARNS(cases);
}

static void
cards_are_ruled_out_by_their_numbers(void **state)
{
    static const struct learning cases[] = {
        { "{}", "", "2",
          "{'not.product':{'field':'product','slot':'all','none':['HT-2'],'label':'not the Straw Hat'}}" },
        { "{}", "", "1,5,4",
          "{'not.product':{'field':'product','slot':'all','none':['LN-1','HT-4'],"
          "'label':'not the Linen Shirt or the Cap'}}" },
        { "{'not.product':{'field':'product','slot':'all','none':['OLD-1'],'label':'not the Coat'}}", "", "2",
          "{'not.product':{'field':'product','slot':'all','none':['OLD-1','HT-2'],'label':'not 2 of those "
          "shown'}}" },
        { "{'not.product':{'field':'product','slot':'all','none':['HT-2'],'label':'not the Straw Hat'}}", "",
          "2",
          "{'not.product':{'field':'product','slot':'all','none':['HT-2'],'label':'not the Straw Hat'}}" },
        { "{}", "", "0,-1,6,99,3,'2',null,1.5", "{}" }, /* 3 has no id */
    };

    (void)state;
    LEARNS(cases);
}

static void
the_oldest_of_too_many_excluded_products_is_let_in_again(void **state)
{
    json_t *criteria = json_object(), *ids = json_array(), *cards = parsed(shown), *numbers = parsed("[2]");
    json_t *none;

    (void)state;
    for (int n = 0; n < CHANGE_PRODUCTS; n++)
        json_array_append_new(ids, json_sprintf("P-%d", n));
    json_object_set_new(criteria, "not.product", json_pack("{s:o}", "none", ids));
    change_exclude(criteria, cards, numbers);
    none = json_object_get(json_object_get(criteria, "not.product"), "none");
    assert_int_equal(json_array_size(none), CHANGE_PRODUCTS);
    assert_string_equal(json_string_value(json_array_get(none, 0)), "P-1");
    assert_string_equal(json_string_value(json_array_get(none, CHANGE_PRODUCTS - 1)), "HT-2");
    json_decref(criteria);
    json_decref(cards);
    json_decref(numbers);
}

static void
a_thread_has_no_more_criteria_than_fit(void **state)
{
    json_t *criteria = json_object();
    struct criterion change;
    json_t *item = parsed("{'op':'set','field':'colour','slot':'all','any':['red']}");

    (void)state;
    for (int n = 0; n < CHANGE_CRITERIA; n++) {
        char key[32];

        snprintf(key, sizeof key, "style.x%d", n);
        json_object_set_new(criteria, key, json_object());
    }
    assert_int_equal(criterion_read(item, NULL, true, &change), 0);
    change_criteria(criteria, &change);
    assert_null(json_object_get(criteria, "colour"));
    json_object_del(criteria, "style.x0");
    change_criteria(criteria, &change);
    change_criteria(criteria, &change); /* one that is there may change */
    assert_non_null(json_object_get(criteria, "colour"));
    criterion_clear(&change);
    json_decref(item);
    json_decref(criteria);
}

static void
the_patch_escapes_keys_and_leaves_alone_what_stays(void **state)
{
    json_t *before = parsed("{'a/b':{'x':1},'c~d':{'x':1},'same':{'x':1}}");
    json_t *after = parsed("{'c~d':{'x':2},'same':{'x':1},'n/e~w':{}}"), *patch = change_patch(before, after);
    char why[80];

    (void)state;
    assert_same(patch,
                "[{'op':'remove','path':'/a~1b'},{'op':'add','path':'/c~0d','value':{'x':2}},"
                "{'op':'add','path':'/n~1e~0w','value':{}}]",
                "the patch");
    assert_int_equal(json_patch(&before, patch, why), 0);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    json_decref(patch);
}

/* -- the profile -------------------------------------------------------------------------------- */

static void
assess(const char *answer, const char *profile, struct assessment *out, int status)
{
    json_t *before = parsed(profile);
    struct assessment_known known = { .profile = before };
    char *json = quoted(answer);

    assert_int_equal(assessment_read(json, &known, out), status);
    free(json);
    json_decref(before);
}

static void
the_profile_is_what_the_model_said(void **state)
{
    struct assessment out;

    (void)state;
    assess("{'topic':'fashion','occasion':' beach wedding ','mood':'excited','needs':['hot "
           "weather',''],'summary':'A guest.',"
           "'language':'pt-BR','want':'items','slots':['Shoes','tops','all','shoe','b@g'],'criteria':[],'"
           "exclude_shown':[]}",
           "{}", &out, 0);
    assert_same(out.profile,
                "{'topic':'fashion','occasion':'beach wedding','mood':'excited','needs':['hot weather'],"
                "'summary':'A guest.','language':'pt-BR','want':'items','slots':['shoes','top']}",
                "profile");
    assert_same(out.patch, "[]", "patch");
    assessment_clear(&out);
}

static void
what_is_missing_or_odd_in_the_profile_is_left_out(void **state)
{
    struct assessment out;

    (void)state;
    assess(
        "{'topic':'astrology','occasion':null,'mood':7,'needs':'many','summary':null,'language':'klingon!',"
        "'want':'world peace','slots':{},'criteria':{},'exclude_shown':'all'}",
        "{'language':'de'}", &out, 0);
    assert_same(out.profile,
                "{'topic':'unclear','needs':[],'summary':'','language':'de','want':'look','slots':[]}",
                "profile");
    assessment_clear(&out);
    assess("{'topic':'fashion','language':'en-'}", "{}", &out, 0);
    assert_same(out.profile,
                "{'topic':'fashion','needs':[],'summary':'','language':'en','want':'look','slots':[]}",
                "profile");
    assessment_clear(&out);
}

static void
long_texts_are_cut_at_a_character(void **state)
{
    struct assessment out;
    char answer[2000] = "{'topic':'fashion','summary':'";
    const char *summary;

    (void)state;
    for (int n = 0; n < 300; n++)
        strcat(answer, "\xe2\x82\xac"); /* three bytes each: 400 is no multiple */
    strcat(answer, "','needs':['a','b','c','d','e','f','g','h','i','j']}");
    assess(answer, "{}", &out, 0);
    summary = json_string_value(json_object_get(out.profile, "summary"));
    assert_non_null(summary);
    assert_int_equal(strlen(summary), 399);
    assert_int_equal(json_array_size(json_object_get(out.profile, "needs")), 8);
    assessment_clear(&out);
}

static void
nothing_is_learned_from_words_that_are_not_about_fashion(void **state)
{
    static const struct {
        const char *topic;
        size_t changes;
    } cases[] = { { "fashion", 1 }, { "unclear", 1 }, { "other", 0 }, { "abuse", 0 } };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct assessment out;
        char answer[300];

        snprintf(answer, sizeof answer,
                 "{'topic':'%s','criteria':[{'op':'set','field':'colour','slot':'all','any':['red']}]}",
                 cases[n].topic);
        assess(answer, "{}", &out, 0);
        assert_int_equal(json_array_size(out.patch), cases[n].changes);
        assessment_clear(&out);
    }
}

static void
a_fence_or_a_sentence_around_the_object_does_no_harm(void **state)
{
    struct assessment out;

    (void)state;
    assess("Here you are:\n```json\n{'topic':'fashion'}\n```\n", "{}", &out, 0);
    assessment_clear(&out);
}

static void
what_is_no_assessment_is_refused(void **state)
{
    static const char *const answers[] = {
        "", "no", "}{", "[]", "{}", "{'topic':7}", "{'topic':'fashion'", "{'topic':'a','topic':'b'}"
    };
    struct assessment out;

    (void)state;
    for (size_t n = 0; n < sizeof answers / sizeof *answers; n++)
        assess(answers[n], "{}", &out, -1);
}

static void
a_model_that_never_stops_listing_is_cut(void **state)
{
    char items[8000] = "";
    size_t dropped;
    json_t *after;

    (void)state;
    for (int n = 0; n < 50; n++) {
        char item[120];

        snprintf(item, sizeof item, "%s{'op':'set','field':'colour','slot':'all','any':['red']}",
                 n == 0 ? "" : ",");
        strcat(items, item);
    }
    after = criteria_after("{}", items, "", &dropped);
    assert_int_equal(dropped, 10);
    json_decref(after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budgets_become_minor_units_by_their_scope),
        cmocka_unit_test(a_size_keeps_to_its_class),
        cmocka_unit_test(words_are_cleaned_and_said_on_chips),
        cmocka_unit_test(what_makes_no_sense_is_dropped_and_counted),
        cmocka_unit_test(wanted_and_excluded_words_rule_each_other_out),
        cmocka_unit_test(what_is_no_word_in_a_frontends_criteria_does_no_harm),
        cmocka_unit_test(removing_takes_what_is_named_and_no_more),
        cmocka_unit_test(removing_a_word_leaves_the_others),
        cmocka_unit_test(cards_are_ruled_out_by_their_numbers),
        cmocka_unit_test(the_oldest_of_too_many_excluded_products_is_let_in_again),
        cmocka_unit_test(a_thread_has_no_more_criteria_than_fit),
        cmocka_unit_test(the_patch_escapes_keys_and_leaves_alone_what_stays),
        cmocka_unit_test(the_profile_is_what_the_model_said),
        cmocka_unit_test(what_is_missing_or_odd_in_the_profile_is_left_out),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(nothing_is_learned_from_words_that_are_not_about_fashion),
        cmocka_unit_test(a_fence_or_a_sentence_around_the_object_does_no_harm),
        cmocka_unit_test(what_is_no_assessment_is_refused),
        cmocka_unit_test(a_model_that_never_stops_listing_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
