/* base/context.h: what every stage of a statement is handed: may it go on, how much memory may it take, what was set.
 *
 * The engine makes one a statement. Settings are read-only below the engine. The cancel flag and progress
 * are safe to use from any thread; warnings take a lock of their own. */
#ifndef QUERN_BASE_CONTEXT_H
#define QUERN_BASE_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/memory_budget.h"
#include "base/progress.h"

typedef enum Verification { VERIFICATION_OFF, VERIFICATION_ON, VERIFICATION_FULL } Verification;

/* Where ORDER BY puts NULLs when it does not say: as if they were the largest value, the smallest, or at one end. */
typedef enum NullOrder { NULL_ORDER_LARGEST, NULL_ORDER_SMALLEST, NULL_ORDER_FIRST, NULL_ORDER_LAST } NullOrder;

/* X(name, C type, kind, default as text, description). Kinds: BOOL, SIZE (bytes, "64MB"), COUNT, TEXT, VERIFICATION,
 * NULL_ORDER.
 * Each is a field of Settings, a row of SHOW ALL and a target of SET. */
#define SETTINGS(X)                                                                                                    \
    X(memory_limit, size_t, SIZE, "0", "Memory that queries may take, such as '4GB'; 0: 75 % of the machine's.")       \
    X(temp_directory, const char *, TEXT, "", "Where what does not fit into memory goes; empty: TMPDIR or /tmp.")      \
    X(threads, size_t, COUNT, "0", "Threads that a query may run on; 0: as many as there are cores.")                  \
    X(parallel_rows, size_t, COUNT, "100000", "Rows that a part of a query reads before it runs on several threads.")  \
    X(temp_limit, size_t, SIZE, "0", "Bytes that temporary files may take, such as '100GB'; 0: as many as there are.") \
    X(spill_after, size_t, COUNT, "0",                                                                                 \
      "Rows that an operator keeps before it spills, for tests; 0: what memory holds.")                                \
    X(batch_size, size_t, COUNT, "2048", "Rows of a batch, 1 to 2048; smaller ones serve tests.")                      \
    X(optimizer, bool, BOOL, "on", "Apply the optimizer's rules; off: plans run as they were bound.")                  \
    X(skip_rule, size_t, COUNT, "0", "The number of a rule of the optimizer that is left out, for tests; 0: none.")    \
    X(verify_pushdown, Verification, VERIFICATION, "off",                                                              \
      "Check what table providers promise: on, or full: compare with unfiltered scans, too.")                          \
    X(default_null_order, NullOrder, NULL_ORDER, "nulls_last_on_asc_first_on_desc",                                    \
      "Where NULLs stand in ORDER BY: nulls_first, nulls_last, nulls_first_on_asc_last_on_desc, or the default.")      \
    X(dry_run, bool, BOOL, "off",                                                                                      \
      "Statements that would change files tell what they would change, and write nothing.")                            \
    X(safe, bool, BOOL, "off", "No writes, and no files other than those named on the command line.")

typedef struct Settings {
#define SETTING_FIELD(name, type, kind, value, description) type name;
    SETTINGS(SETTING_FIELD)
#undef SETTING_FIELD
} Settings;

/* A row that was left out because it was bad and an option said to go on. Lent for the call. */
typedef struct RejectedRow {
    const char *file;
    uint64_t line, offset; /* where the row begins */
    const char *column;    /* that is wrong; NULL: the row as a whole */
    const char *reason;
    const char *text; /* of the row; any bytes */
    size_t text_size;
} RejectedRow;

/* What a program has standard input stand for. */
typedef struct ContextInput {
    int descriptor;
    const char *name;      /* for messages */
    uint64_t lines_before; /* its first line is the one behind so many */
} ContextInput;

typedef struct Context {
    const _Atomic bool *cancel; /* set from a signal handler or another thread; NULL: never */
    const _Atomic bool *stop;   /* of a thread that works for the statement: nobody wants its work any more; or NULL */
    struct Context *statement;  /* of such a thread: the statement's own context, where counts are kept; or NULL */
    MemoryBudget *memory;
    MemoryBudget *temp; /* bytes of temporary files; NULL: not counted */
    Progress *progress; /* NULL: nobody wants to know */
    const Settings *settings;
    /* One line of talk for the user; copied before it returns. NULL: dropped. */
    void (*warn)(void *user, const char *message);
    void *warn_user;
    /* Told of each row that `rejects` counts, from any thread; copies what it keeps. NULL: nobody wants to know. */
    void (*reject)(void *user, const RejectedRow *row);
    void *reject_user;
    /* SET dry_run: one line of what a statement would change, without its line end. NULL: dropped. */
    void (*difference)(void *user, const char *line, size_t size);
    void *difference_user;
    const ContextInput *input; /* NULL: standard input is itself */
    Arena *arena;              /* of the statement: its AST, plan and operators */
    int64_t now;               /* microseconds since 1970-01-01 UTC at the statement's start */
    _Atomic uint64_t rejects;  /* rows that were not read because they were bad and an option said to go on */
    _Atomic bool lacks_place;  /* an expression failed over a row, and nobody knew where that stands */
    _Atomic bool has_guesses;  /* a source is read by types that samples have shown: a later value may not fit */
} Context;

/* Raises INTERRUPTED when the user has asked to stop. Cheap: call it once a batch and in every loop over a millisecond.
 */
void context_check(const Context *context);
/* Whether it would: for callbacks from foreign code. */
bool context_is_over(const Context *context);
/* Until the innermost error_protect ends, this thread works for the context: where threads and statements begin. */
void context_enter(const Context *context);
/* That context, for code that is handed none; never NULL: one that nobody cancels. */
const Context *context_entered(void);
/* In loops over the bytes, characters or parts of one value, which may be of many megabytes: looks whenever `at`, which
 * grows by at most 8 a step (or is the address of the byte), has come another quarter of a megabyte further. */
static inline void context_pace(size_t at)
{
    enum { PACE = 1 << 18, STEP = 8 };
    if ((at & (PACE - STEP)) == 0 && at >= PACE)
        context_check(context_entered());
}
/* The same where a step goes over `size` bytes of something else: *done, 0 at first, is how many since the last look.
 */
static inline void context_pace_by(size_t *done, size_t size)
{
    enum { MOST = 1 << 18 };
    *done += size;
    if (*done >= MOST) {
        *done = 0;
        context_check(context_entered());
    }
}
/* The same in loops over the items of what may be a list of a million, when each takes a microsecond or so. */
static inline void context_pace_item(size_t index)
{
    enum { ITEMS = 1 << 10 };
    if (index % ITEMS == ITEMS - 1)
        context_check(context_entered());
}
/* Threads that the statement may run on: as many as SET threads says, where there is memory for them. */
size_t context_thread_count(const Context *context);
/* The same where each takes `size` bytes more than others do. */
size_t context_thread_count_of(const Context *context, size_t size);
/* Bytes that a batch should take at most, which nobody counts; the same for all of a statement. */
size_t context_batch_memory(const Context *context);
/* Where the statement's counts are. */
static inline Context *context_counts(const Context *context)
{
    return context->statement ? context->statement : (Context *)context;
}
void context_warn(const Context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
