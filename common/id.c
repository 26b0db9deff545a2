#include "common/id.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void
write_hex(const unsigned char *bytes, size_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

void
id_random(char id[ID_SIZE])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        abort();
    write_hex(bytes, sizeof bytes, id);
}

void
id_hash(const char *salt, const char *text, char hash[65])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(context, salt, strlen(salt)) != 1 || EVP_DigestUpdate(context, "\0", 1) != 1 ||
        EVP_DigestUpdate(context, text, strlen(text)) != 1 || EVP_DigestFinal_ex(context, bytes, &size) != 1)
        abort(); /* no memory: nothing that was promised can go on */
    EVP_MD_CTX_free(context);
    write_hex(bytes, size, hash);
}
