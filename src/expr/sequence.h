/* expr/sequence.h: numbers that never come twice: CREATE SEQUENCE. What was taken is not given back by ROLLBACK.
 *
 * A sequence is the session's own, as all in memory is: currval and lastval need no other place to remember. */
#ifndef QUERN_EXPR_SEQUENCE_H
#define QUERN_EXPR_SEQUENCE_H

#include <pthread.h>

#include "expr/function.h"

typedef struct SequenceDefinition {
    Type type; /* SMALLINT, INTEGER or BIGINT: its bounds are the widest there are */
    int64_t start, increment, minimum, maximum;
    bool is_cycling;
    bool is_owned;    /* it goes with the table whose column it numbers */
    bool is_identity; /* its column's definition stands for it */
} SequenceDefinition;

/* What lastval() gives: the newest nextval of any sequence. */
typedef struct LastValue {
    bool is_known;
    int64_t value;
} LastValue;

typedef struct Sequence {
    pthread_mutex_t mutex; /* of all below */
    const char *name;      /* for messages */
    SequenceDefinition definition;
    int64_t value;   /* the newest number, or the first one when it is not taken */
    bool is_taken;   /* PostgreSQL's is_called */
    bool is_current; /* nextval or setval has been called: currval knows */
    int64_t current;
    LastValue *last;
} Sequence;

void sequence_init(Sequence *sequence, const char *name, const SequenceDefinition *definition, LastValue *last);
/* Raises SEQUENCE_LIMIT when there is none. */
int64_t sequence_next(Sequence *sequence, Position position);
/* Raises OUT_OF_RANGE. */
void sequence_set(Sequence *sequence, int64_t value, bool is_taken, Position position);
void sequence_restart(Sequence *sequence, int64_t value);

/* A call of nextval, currval, setval or lastval as one of this sequence (NULL: lastval). */
Expr *sequence_call(Arena *arena, const Expr *call, Sequence *sequence, LastValue *last);

#endif
