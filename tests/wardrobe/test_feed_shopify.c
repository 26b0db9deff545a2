/* Shopify's product CSV, with both headers. */

#include "tests/wardrobe/feed_check.h"

#define OLD                                                                                                  \
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 "   \
    "Value,"                                                                                                 \
    "Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Qty,Image Src\n"
#define NEW                                                                                                  \
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,"   \
    "Option1 name,Option1 value,Price,Compare-at price,Inventory tracker,Inventory quantity,"                \
    "Continue selling when out of stock,Product image URL,Variant image URL\n"

static void
rows_of_one_handle_are_variants_and_pictures(void **state)
{
    (void)state;
    feed_check(OLD "camp-shirt,Camp Shirt,\"<p>Soft,\nlight</p>\",H & P,Shirts,\"summer, "
                   "linen\",true,Colour,white,Size,M,A,49.00,69.00,3,https://i/1\n"
                   "camp-shirt,,,,,,,,white,,L,B,49.00,,0,https://i/2\ncamp-shirt,,,,,,,,,,,,,,,https://i/3\n"
                   "skirt,Skirt,,H & P,Skirts,,TRUE,Size,S,,,C,\"1,200.00\",,-2,\n",
               "2 id=A item_group_id=camp-shirt title=Camp Shirt description=<p>Soft,\nlight</p> "
               "product_highlight=summer, linen "
               "image_link=https://i/1 availability=in_stock price=69.00 sale_price=49.00 brand=H & P "
               "product_type=Shirts color=white size=M\n"
               "4 id=B item_group_id=camp-shirt title=Camp Shirt description=<p>Soft,\nlight</p> "
               "product_highlight=summer, linen "
               "image_link=https://i/1 availability=out_of_stock price=49.00 brand=H & P product_type=Shirts "
               "color=white size=L\n"
               "6 id=C item_group_id=skirt title=Skirt availability=out_of_stock price=1,200.00 brand=H & P "
               "product_type=Skirts size=S\n");
}

static void
the_new_header_says_the_same(void **state)
{
    (void)state;
    feed_check(
        NEW "Camp Shirt,camp-shirt,<p>x</p>,V,Apparel > "
            "Tops,Shirts,,TRUE,Active,A,Color,white,49.00,69.00,shopify,0,CONTINUE,p,v\n"
            ",camp-shirt,,,,,,,,B,,sage,49.00,,,0,DENY,,\n",
        "2 id=A item_group_id=camp-shirt title=Camp Shirt description=<p>x</p> image_link=v "
        "availability=backorder price=69.00 "
        "sale_price=49.00 brand=V google_product_category=Apparel > Tops product_type=Shirts color=white\n"
        "3 id=B item_group_id=camp-shirt title=Camp Shirt description=<p>x</p> image_link=p "
        "availability=in_stock price=49.00 "
        "brand=V google_product_category=Apparel > Tops product_type=Shirts color=sage\n");
}

static void
a_lone_variant_has_no_options(void **state)
{
    (void)state;
    feed_check(OLD "tote,Tote,,V,Bags,,true,Title,Default Title,,,,25.00,,,\n",
               "2 id=tote item_group_id=tote title=Tote availability=in_stock price=25.00 brand=V "
               "product_type=Bags\n");
}

static void
what_is_not_for_sale_is_left_out_with_all_its_rows(void **state)
{
    (void)state;
    feed_check("Handle,Title,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
               "a,A,true,draft,Size,S,1,5.00\na,,,,,M,2,5.00\nb,B,true,archived,Size,S,3,5.00\nc,C,false,"
               "active,Size,S,4,5.00\n"
               "d,D,true,active,Size,S,5,5.00\n",
               "2 note status: a draft: left out\n4 note status: archived: left out\n5 note status: not "
               "published: left out\n"
               "6 id=5 item_group_id=d title=D availability=in_stock price=5.00 size=S\n");
}

static void
a_sku_that_is_missing_or_repeats_gives_way_to_handle_and_options(void **state)
{
    (void)state;
    feed_check("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
               "a,A,Size,S,X,5.00\na,,,M,X,5.00\na,,,L,,5.00\nb,B,Size,S,'0042,5.00\n",
               "2 id=X item_group_id=a title=A availability=in_stock price=5.00 size=S\n"
               "3 id=a-M item_group_id=a title=A availability=in_stock price=5.00 size=M\n"
               "4 id=a-L item_group_id=a title=A availability=in_stock price=5.00 size=L\n"
               "5 id=0042 item_group_id=b title=B availability=in_stock price=5.00 size=S\n");
}

static void
options_are_known_in_several_languages(void **state)
{
    static const struct {
        const char *name, *field;
    } samples[] = { { "Color", "color" },   { "COLOUR", "color" },   { "Farbe", "color" },
                    { "Couleur", "color" }, { "Shoe size", "size" }, { "Größe", "size" },
                    { "Taille", "size" },   { "Waist", "size" },     { "Material", "material" },
                    { "Print", "pattern" } };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char feed[200], said[200];

        snprintf(feed, sizeof feed, "Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,%s,x,5.00\n",
                 samples[i].name);
        snprintf(said, sizeof said,
                 "2 id=a-x item_group_id=a title=A availability=in_stock price=5.00 %s=x\n",
                 samples[i].field);
        feed_check(feed, said);
    }
    feed_check("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Monogram,x,5.00\n",
               "2 id=a-x item_group_id=a title=A availability=in_stock price=5.00\n");
}

static void
gender_and_age_in_free_words_never_refuse_a_row(void **state)
{
    (void)state;
    feed_check(
        "Handle,Title,Google Shopping / Gender,Google Shopping / Age Group,Variant Price\n"
        "a,A,Women,Adults,1.00\nb,B,everyone,all ages,1.00\nc,C,Male,Kids,1.00\n",
        "2 id=a item_group_id=a title=A availability=in_stock price=1.00 gender=female age_group=adult\n"
        "3 id=b item_group_id=b title=B availability=in_stock price=1.00\n"
        "4 id=c item_group_id=c title=C availability=in_stock price=1.00 gender=male age_group=kids\n");
}

static void
a_price_below_nothing_compared_stays(void **state)
{
    (void)state;
    feed_check("Handle,Title,Variant Price,Variant Compare At "
               "Price\na,A,5.00,5.00\nb,B,5.00,0\nc,C,5.00,n/a\nd,D,,9.00\n",
               "2 id=a item_group_id=a title=A availability=in_stock price=5.00\n3 id=b item_group_id=b "
               "title=B availability=in_stock price=5.00\n"
               "4 id=c item_group_id=c title=C availability=in_stock price=5.00\n5 id=d item_group_id=d "
               "title=D availability=in_stock\n");
}

static void
rows_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    feed_check("Handle,Title,Variant Price\n,No handle,5.00\na,A,5.00,6,7\nb,\"stray \"quote,5.00\nc,\"never "
               "closed,5.00\nd,\"D\",5.00\n",
               "2 refused handle: missing\n3 refused : more fields than the header has columns\n"
               "4 id=b item_group_id=b title=stray quote availability=in_stock price=5.00\n5 refused : a "
               "quote that does not end before the next row\n6 id=d item_group_id=d title=D "
               "availability=in_stock price=5.00\n");
    feed_check_fails("Handle,Title,Variant Price\na,A,5.00\nb,\"B\nc,C,5.00\n",
                     "2 id=a item_group_id=a title=A availability=in_stock price=5.00\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_one_handle_are_variants_and_pictures),
        cmocka_unit_test(the_new_header_says_the_same),
        cmocka_unit_test(a_lone_variant_has_no_options),
        cmocka_unit_test(what_is_not_for_sale_is_left_out_with_all_its_rows),
        cmocka_unit_test(a_sku_that_is_missing_or_repeats_gives_way_to_handle_and_options),
        cmocka_unit_test(options_are_known_in_several_languages),
        cmocka_unit_test(gender_and_age_in_free_words_never_refuse_a_row),
        cmocka_unit_test(a_price_below_nothing_compared_stays),
        cmocka_unit_test(rows_that_cannot_be_read_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
