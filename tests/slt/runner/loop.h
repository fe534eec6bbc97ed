/* runner/loop.h: duckdb's loop and foreach, and conditions over their variables. */
#ifndef QUERN_TESTS_SLT_RUNNER_LOOP_H
#define QUERN_TESTS_SLT_RUNNER_LOOP_H

#include "script.h"

typedef struct Loop {
    size_t turn_count;
    Words names;   /* the variables */
    Words values;  /* foreach: names.count values a turn */
    int64_t first; /* loop: the value of turn 0 */
} Loop;

/* Reads the words of a loop or foreach line. False: malformed. */
bool loop_parse(Arena *arena, const Words *words, Loop *ret_loop);
const char *loop_value(Arena *arena, const Loop *loop, size_t turn, size_t name_index);
/* The index of the endloop line that belongs to a body beginning at `line`, or the script's line count. */
size_t loop_end(Arena *arena, const Script *script, size_t line);
/* "i=3", "i<10". False: not a condition over a loop's variable. */
bool loop_condition_holds(const Variables *variables, const char *condition, bool *ret_holds);

#endif
