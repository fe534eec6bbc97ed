/* runner/run.h: runs one test file on a connection of its own and counts verdicts. */
#ifndef QUERN_TESTS_SLT_RUNNER_RUN_H
#define QUERN_TESTS_SLT_RUNNER_RUN_H

#include "script.h"

/* Queries, statements that must succeed and statements that must fail are counted apart: an engine that understands
 * nothing passes all of the last kind. */
typedef enum RecordKind { KIND_QUERY, KIND_STATEMENT, KIND_ERROR, KIND_COUNT } RecordKind;

typedef struct Totals {
    uint64_t passed[KIND_COUNT], failed[KIND_COUNT];
    uint64_t skipped;     /* by conditions, the skip list, require */
    uint64_t unjudged;    /* records whose answer is the other engine's own matter */
    uint64_t unsupported; /* expected errors that were met by "not supported" or a syntax error */
    uint64_t other_texts; /* expected errors whose text is another one, where texts are not compared */
    size_t current_line;  /* of the record that runs; lives in shared memory, so that a crash can be placed */
} Totals;

/* What the command line says, the same for every file. */
typedef struct RunOptions {
    Dialect dialect;
    const char *label;           /* a name of ours beside "quern" */
    const char *const *settings; /* "name=value", set before each file */
    size_t setting_count;
    unsigned timeout_seconds;
    size_t failures_shown; /* per file */
    bool has_strict_errors;
    bool is_verbose;
} RunOptions;

/* A line of a file that is not run, from a skip list. */
typedef struct SkippedLine {
    const char *path; /* the end of one */
    size_t line;
} SkippedLine;
typedef ARRAY(SkippedLine) SkipList;

/* Talks on standard output. False: the file could not be read or the engine not opened. */
bool file_run(const char *path, const RunOptions *options, const SkipList *skips, Totals *totals);

#endif
