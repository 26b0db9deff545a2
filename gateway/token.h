#ifndef GATEWAY_TOKEN_H
#define GATEWAY_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#define TOKEN_SUBJECT_SIZE 129 /* of a shopper's name in a token */
#define TOKEN_SIZE 4096        /* a longer token is refused unread */

/* Who shows TOKEN: a JSON Web Token signed with HS256 and SECRET, and with nothing else. The claims
 * sub (1 to 128 bytes) and exp must be there, nbf may; times are compared with NOW_S (seconds since
 * 1970), a minute of difference between clocks allowed.
 *
 * Returns NULL and SUBJECT when the token is good; else why not, a literal (not logged). An empty
 * SECRET lets nobody in. */
const char *token_check(const char *token, size_t size, const char *secret, int64_t now_s,
                        char subject[TOKEN_SUBJECT_SIZE]);

#endif
