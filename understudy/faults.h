#ifndef UNDERSTUDY_FAULTS_H
#define UNDERSTUDY_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "understudy/answer.h"
#include "understudy/request.h"

/* Misbehaviour on request: by an option with shares, a header, or a model's name ("understudy+429"). No I/O.
 */

enum fault {
    FAULT_NONE,
    FAULT_RATE,     /* 429 with retry-after */
    FAULT_QUOTA,    /* 429 that waiting does not cure */
    FAULT_ERROR,    /* 500 */
    FAULT_OVERLOAD, /* 503 */
    FAULT_STALL,    /* half of the answer, then nothing more */
    FAULT_CUT,      /* half of it, then the connection is closed */
    FAULT_GARBAGE,  /* something broken in the middle */
    FAULT_SLOW,     /* a second to the first token, then 10 a second */
    FAULT_EMPTY,    /* ends well with nothing in it */
    FAULT_BADARGS,  /* arguments that are no JSON, or not what the schema says */
    FAULT_WRAPPER,  /* multi_tool_use.parallel around the calls */
    FAULT_REFUSAL,
    FAULT_FILTER,
    FAULT_LENGTH,
    FAULTS
};

enum { FAULTS_MOST = 16 };

struct faults {
    struct {
        enum fault fault;
        double share; /* of all requests, 0 to 1 */
    } list[FAULTS_MOST];
    size_t count;
};

/* Read "500:0.05,cut:0.1"; a kind without a share is for every request. 0, or -1 for a strange word or share.
 */
int faults_read(struct faults *faults, const char *text);

/* The fault for a request whose dice fell on DICE (any number is as likely as any other). */
enum fault faults_pick(const struct faults *faults, unsigned dice);

/* The fault NAME, or FAULTS for a strange one; "" and "none" are FAULT_NONE. */
enum fault fault_named(const char *name);
const char *fault_name(enum fault fault);

/* The fault that MODEL's name asks for after its last '+', or FAULT_NONE. */
enum fault fault_of_model(const char *model);

/* Whether FAULT is an HTTP error; PROBLEM says which. */
bool fault_is_error(enum fault fault, struct problem *problem);

/* What FAULT does to the content of ANSWER. */
void fault_apply(enum fault fault, struct answer *answer);

#endif
