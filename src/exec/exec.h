/* exec/exec.h: a finished plan to a tree of operators, and pulling batches from it. */
#ifndef QUERN_EXEC_EXEC_H
#define QUERN_EXEC_EXEC_H

#include "column/batch.h"
#include "column/stream.h"
#include "plan/plan.h"

typedef struct Operator Operator;

/* Counts of one plan node while it runs, for EXPLAIN ANALYZE; indexed by Plan.id. */
typedef struct OperatorMetrics {
    uint64_t row_count, batch_count;
    uint64_t elapsed_ns; /* this operator and those below it */
    size_t memory_peak;  /* bytes of its large memory */
    bool is_exchanged;   /* a join whose sides were exchanged while it ran */
} OperatorMetrics;

/* One running query. */
typedef struct Execution Execution;

/* A plan whose nodes stand deeper in each other is refused with TOO_COMPLEX: its operators call each other. */
enum { EXECUTION_MAX_DEPTH = 2 * PLAN_DEPTH_LIMIT };

/* Makes the operators; reads nothing yet. Lives in `arena`; freeing the arena ends it. The plan is numbered and
 * read-only from here on. `is_timed`: keep time for EXPLAIN ANALYZE. */
Execution *execution_new(Arena *arena, const Context *context, const PlanColumns *columns, const Plan *plan,
                         bool is_timed);
/* The next batch with the plan's outputs in order, never an empty one, lent until the next call; NULL at the end.
 * Raises. The caller may narrow it. What it shows of long strings stays as long as somebody shares its vectors. */
Batch *execution_next(Execution *execution);
/* From now on its batches may come as text (Batch.is_text), for this writer, which outlives it: the threads that make
 * rows make their text too. */
void execution_write(Execution *execution, const Writer *writer);
/* Ends it early; freeing the arena does it too. */
void execution_close(Execution *execution);
/* By Plan.id. */
const OperatorMetrics *execution_metrics(const Execution *execution, size_t plan_id);

/* The same as a stream, with the names and types of the plan's outputs: for who takes streams (a table that is made
 * from a query, COPY). Closing it closes the execution. Lives as long as the execution. */
BatchStream *execution_stream(Execution *execution);

#endif
