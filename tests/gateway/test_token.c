#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/buffer.h"
#include "gateway/token.h"

#define SECRET "a secret of the shop's own"
#define NOW 1790000000

static void
append_base64(struct buffer *out, const void *bytes, size_t size)
{
    unsigned char text[8192];
    int n = EVP_EncodeBlock(text, bytes, (int)size);

    for (int i = 0; i < n && text[i] != '='; i++) {
        char c = text[i] == '+' ? '-' : text[i] == '/' ? '_' : (char)text[i];

        buffer_append(out, &c, 1);
    }
}

static struct buffer
token(const char *header, const char *claims, const char *secret)
{
    struct buffer out = { 0 };
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size;

    append_base64(&out, header, strlen(header));
    buffer_text(&out, ".");
    append_base64(&out, claims, strlen(claims));
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)out.bytes, out.size, mac, &size);
    buffer_text(&out, ".");
    append_base64(&out, mac, size);
    return out;
}

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS "{\"sub\":\"anna\",\"exp\":1790000600}"

static void
a_good_token_names_its_subject(void **state)
{
    struct buffer good = token(HEADER, CLAIMS, SECRET);
    char subject[TOKEN_SUBJECT_SIZE] = "";

    (void)state;
    assert_null(token_check(good.bytes, good.size, SECRET, NOW, subject));
    assert_string_equal(subject, "anna");
    buffer_clear(&good);
}

/* A token that other software made: the signature fits, but it never ends. */
static void
the_signature_is_that_of_others(void **state)
{
    struct buffer foreign = { 0 };
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    buffer_text(&foreign,
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwi"
                "aWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
    assert_string_equal(token_check(foreign.bytes, foreign.size, "your-256-bit-secret", NOW, subject),
                        "the token has no exp");
    buffer_clear(&foreign);
}

static void
what_is_wrong_is_refused(void **state)
{
    static const struct {
        const char *header, *claims, *secret, *why;
    } wrong[] = {
        { HEADER, CLAIMS, "another secret", "the token's signature is wrong" },
        { "{\"alg\":\"none\"}", CLAIMS, SECRET, "the token is not of HS256" },
        { "{\"alg\":\"HS512\"}", CLAIMS, SECRET, "the token is not of HS256" },
        { "{\"alg\":3}", CLAIMS, SECRET, "the token is not of HS256" },
        { "{\"alg\":\"HS256\",\"crit\":[\"x\"]}", CLAIMS, SECRET, "the token is not of HS256" },
        { "[]", CLAIMS, SECRET, "the token is not of HS256" },
        { HEADER, "[]", SECRET, "the token's claims are not an object" },
        { HEADER, "nonsense", SECRET, "the token's claims are not an object" },
        { HEADER, "{\"sub\":\"a\"}", SECRET, "the token has no exp" },
        { HEADER, "{\"sub\":\"a\",\"exp\":\"1890000000\"}", SECRET, "the token has no exp" },
        { HEADER, "{\"sub\":\"a\",\"exp\":1789999940}", SECRET, "the token has expired" },
        { HEADER, "{\"sub\":\"a\",\"exp\":1890000000,\"nbf\":1790000061}", SECRET,
          "the token is not valid yet" },
        { HEADER, "{\"sub\":\"a\",\"exp\":1890000000,\"nbf\":\"x\"}", SECRET, "the token is not valid yet" },
        { HEADER, "{\"exp\":1890000000}", SECRET, "the token has no sub of 1 to 128 bytes" },
        { HEADER, "{\"sub\":\"\",\"exp\":1890000000}", SECRET, "the token has no sub of 1 to 128 bytes" },
        { HEADER, "{\"sub\":3,\"exp\":1890000000}", SECRET, "the token has no sub of 1 to 128 bytes" },
    };
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buffer bad = token(wrong[i].header, wrong[i].claims, wrong[i].secret);

        assert_string_equal(token_check(bad.bytes, bad.size, SECRET, NOW, subject), wrong[i].why);
        buffer_clear(&bad);
    }
}

static void
a_minute_between_clocks_is_forgiven(void **state)
{
    struct buffer late = token(HEADER, "{\"sub\":\"a\",\"exp\":1789999941,\"nbf\":1790000060}", SECRET);
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    assert_null(token_check(late.bytes, late.size, SECRET, NOW, subject));
    buffer_clear(&late);
}

static void
no_other_bytes_pass(void **state)
{
    struct buffer good = token(HEADER, CLAIMS, SECRET);
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    for (size_t i = 0; i < good.size; i++) { /* every byte changed, every length but the right one */
        char was = good.bytes[i];

        assert_non_null(token_check(good.bytes, i, SECRET, NOW, subject));
        for (int c = 1; c < 256; c++) {
            good.bytes[i] = (char)c;
            if ((char)c != was)
                assert_non_null(token_check(good.bytes, good.size, SECRET, NOW, subject));
        }
        good.bytes[i] = was;
    }
    buffer_text(&good, ".");
    assert_non_null(token_check(good.bytes, good.size, SECRET, NOW, subject));
    buffer_clear(&good);
}

static void
an_empty_secret_lets_nobody_in(void **state)
{
    struct buffer empty = token(HEADER, CLAIMS, "");
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    assert_non_null(token_check(empty.bytes, empty.size, "", NOW, subject));
    buffer_clear(&empty);
}

static void
a_long_token_is_refused_unread(void **state)
{
    char subject[TOKEN_SUBJECT_SIZE];

    (void)state;
    assert_string_equal(token_check("", TOKEN_SIZE, SECRET, NOW, subject), "the token is too long");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_token_names_its_subject),
        cmocka_unit_test(the_signature_is_that_of_others),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(a_minute_between_clocks_is_forgiven),
        cmocka_unit_test(no_other_bytes_pass),
        cmocka_unit_test(an_empty_secret_lets_nobody_in),
        cmocka_unit_test(a_long_token_is_refused_unread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
