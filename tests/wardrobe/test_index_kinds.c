#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/query.h"

/* What an index makes of a product's title and category path. */

static struct shop shop;

static void
add(const char *title, const char *type, const char *brand)
{
    struct feed_row row = { .line = shop.rows + 2 };
    char id[16] = { (char)('a' + shop.rows) };

    row.texts[FEED_ID] = id;
    row.texts[FEED_TITLE] = title;
    row.texts[FEED_TYPE] = type;
    row.texts[FEED_BRAND] = brand;
    shop_add_row(&shop, &row);
}

static int
open_shop(void **state)
{
    (void)state;
    shop_open(&shop);
    add("Seaport Penny Loafer", "Clothing, Shoes & Jewelry > Women > Shoes > Loafers & Slip-Ons",
        "Sperry");                                                                               /* 0 */
    add("Canvas Step In", "Clothing, Shoes & Jewelry > Women > Shoes > Loafers & Slip-Ons", ""); /* 1 */
    add("Woven Pant", "Clothing, Shoes & Jewelry > Men > Active Pants", "Under Armour");         /* 2 */
    add("Penny Loafer print tote", "Clothing, Shoes & Jewelry > Women > Handbags", "");          /* 3 */
    add("W Air Force 1 Shadow", "Clothing, Shoes & Jewelry > Women > Fashion Sneakers", "Nike"); /* 4 */
    add("Shadow lamp", "", "");                                                                  /* 5 */
    shop_index(&shop);
    return 0;
}

static int
close_shop(void **state)
{
    (void)state;
    shop_close(&shop);
    return 0;
}

static const char *
kind_of(uint32_t product)
{
    uint16_t kind = shop.index->products[product].kind;

    return kind == KIND_NONE ? "" : lexicon_kind(shop.lexicon, kind)->name;
}

static void
of_several_kinds_in_a_category_the_title_says_which(void **state)
{
    (void)state;
    assert_string_equal(kind_of(0), "loafers");
    assert_string_equal(kind_of(1), "casual shoes");
    assert_string_equal(kind_of(3), "handbags");
    assert_string_equal(kind_of(5), "");
}

static void
a_department_of_several_things_makes_nothing_one_of_them(void **state)
{
    const struct posting_list *list = index_list(shop.index, "shoe");

    (void)state;
    assert_non_null(list);
    assert_int_equal(list->count, 2); /* those under "Shoes", not all under "Clothing, Shoes & Jewelry" */
    assert_int_equal(shop.index->docs[list->from], 0);
    assert_int_equal(shop.index->docs[list->from + 1], 1);
    assert_non_null(index_list(shop.index, "slip")); /* the last step counts whole */
}

static void
an_alias_says_its_brand_and_kind_too(void **state)
{
    static struct question query;

    (void)state;
    query_read(&query, shop.index, "ua woven pants");
    assert_int_equal(query.wants.brand_count, 1);
    assert_string_equal(names_text(shop.index->names[NAMES_BRAND], query.wants.brands[0]), "Under Armour");
    query_read(&query, shop.index, "af1 shadow");
    assert_int_equal(query.wants.kind_count, 1);
    assert_string_equal(lexicon_kind(shop.lexicon, query.wants.kinds[0])->name, "sneakers");
    assert_int_equal(query.wants.brand_count, 0);
}

static void
what_says_nothing_in_an_occasions_name_is_no_word_of_it(void **state)
{
    static struct question query;

    (void)state;
    query_read(&query, shop.index, "formal wear");
    assert_int_equal(query.wants.occasion_count, 1);
    assert_int_equal(query.term_count, 1);
    assert_string_equal(query.terms[0].stem, "formal");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_several_kinds_in_a_category_the_title_says_which),
        cmocka_unit_test(a_department_of_several_things_makes_nothing_one_of_them),
        cmocka_unit_test(an_alias_says_its_brand_and_kind_too),
        cmocka_unit_test(what_says_nothing_in_an_occasions_name_is_no_word_of_it),
    };

    return cmocka_run_group_tests(tests, open_shop, close_shop);
}
