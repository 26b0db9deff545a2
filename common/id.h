#ifndef COMMON_ID_H
#define COMMON_ID_H

#include <stddef.h>

#define ID_SIZE 33 /* 32 hexadecimal digits and a NUL */

/* 128 random bits (getrandom) as hexadecimal text. Aborts if the kernel has none to give. */
void id_random(char id[ID_SIZE]);

/* SHA-256 of SALT and TEXT as 64 hexadecimal digits and a NUL. */
void id_hash(const char *salt, const char *text, char hash[65]);

#endif
