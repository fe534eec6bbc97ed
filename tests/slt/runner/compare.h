/* runner/compare.h: is an answer what the record expects? */
#ifndef QUERN_TESTS_SLT_RUNNER_COMPARE_H
#define QUERN_TESTS_SLT_RUNNER_COMPARE_H

#include "script.h"

/* A result, its values written in the file's dialect (value_format), row after row. */
typedef struct Answer {
    size_t column_count;
    const ValueClass *classes; /* one a column */
    ARRAY(const char *) values;
} Answer;

/* True when it is. Otherwise *ret_why says what differs first. Sorts the answer's values if the record sorts. */
bool answer_matches(Arena *arena, Answer *answer, const Record *record, Dialect dialect, const char **ret_why);
/* The MD5 of the values as they stand, each followed by a line feed. */
void answer_hash(const Answer *answer, char ret_text[33]);

#endif
