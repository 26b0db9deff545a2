/* HS256 alone, on OpenSSL: a token says which algorithm it wants, and believing it is the classic hole. */
#include "gateway/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <string.h>

#include "common/json.h"

#define MAC_SIZE 32
#define SKEW_S 60

/* Base64url without padding. Returns how many bytes went to OUT (room for SIZE), or -1. */
static int
decode(const char *text, size_t size, unsigned char *out)
{
    unsigned bits = 0, held = 0;
    int count = 0;

    if (size % 4 == 1)
        return -1;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        unsigned value;

        if (c >= 'A' && c <= 'Z')
            value = (unsigned)(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = (unsigned)(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            value = (unsigned)(c - '0') + 52;
        else if (c == '-')
            value = 62;
        else if (c == '_')
            value = 63;
        else
            return -1;
        bits = (bits << 6 | value) & 0xffffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[count++] = (unsigned char)(bits >> held);
        }
    }
    if (held > 0 && (bits & ((1u << held) - 1)) != 0)
        return -1; /* two spellings of one token are one too many */
    return count;
}

/* The JSON object in SIZE characters of base64url; a new reference or NULL. */
static json_t *
decode_object(const char *text, size_t size)
{
    unsigned char bytes[TOKEN_SIZE];
    int count = decode(text, size, bytes);
    json_t *json = count > 0 ? json_read((const char *)bytes, (size_t)count, NULL) : NULL;

    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

static bool
is_signed(const char *token, size_t signed_size, const char *signature, size_t signature_size,
          const char *secret)
{
    unsigned char expected[EVP_MAX_MD_SIZE], shown[TOKEN_SIZE];
    unsigned expected_size = 0;

    if (signature_size > 64 || decode(signature, signature_size, shown) != MAC_SIZE)
        return false;
    if (HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)token, signed_size, expected,
             &expected_size) == NULL ||
        expected_size != MAC_SIZE)
        return false;
    return CRYPTO_memcmp(expected, shown, MAC_SIZE) == 0;
}

/* A header that names HS256 and asks for nothing else that we would have to understand. */
static bool
is_our_kind(const char *header, size_t size)
{
    json_t *json = decode_object(header, size);
    bool fine = json != NULL && strcmp(json_text(json, "alg", ""), "HS256") == 0 &&
                json_object_get(json, "crit") == NULL;

    json_decref(json);
    return fine;
}

static const char *
check_claims(const json_t *claims, int64_t now_s, char subject[TOKEN_SUBJECT_SIZE])
{
    const json_t *exp = json_object_get(claims, "exp"), *nbf = json_object_get(claims, "nbf");
    const char *sub = json_text(claims, "sub", "");

    if (!json_is_number(exp))
        return "the token has no exp";
    if (json_number_value(exp) + SKEW_S <= (double)now_s)
        return "the token has expired";
    if (nbf != NULL && (!json_is_number(nbf) || json_number_value(nbf) - SKEW_S > (double)now_s))
        return "the token is not valid yet";
    if (sub[0] == '\0' || strlen(sub) >= TOKEN_SUBJECT_SIZE)
        return "the token has no sub of 1 to 128 bytes";
    strcpy(subject, sub);
    return NULL;
}

const char *
token_check(const char *token, size_t size, const char *secret, int64_t now_s,
            char subject[TOKEN_SUBJECT_SIZE])
{
    const char *first, *second, *why;
    json_t *claims;

    if (secret[0] == '\0')
        return "the gateway has no token-secret";
    if (size >= TOKEN_SIZE)
        return "the token is too long";
    if ((first = memchr(token, '.', size)) == NULL ||
        (second = memchr(first + 1, '.', size - (size_t)(first + 1 - token))) == NULL)
        return "the token has not three parts";
    if (!is_our_kind(token, (size_t)(first - token)))
        return "the token is not of HS256";
    if (!is_signed(token, (size_t)(second - token), second + 1, size - (size_t)(second + 1 - token), secret))
        return "the token's signature is wrong";
    if ((claims = decode_object(first + 1, (size_t)(second - first - 1))) == NULL)
        return "the token's claims are not an object";
    why = check_claims(claims, now_s, subject);
    json_decref(claims);
    return why;
}
