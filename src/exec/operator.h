/* exec/operator.h: what every operator is made of: Graefe's volcano, with a batch in place of a row.
 *
 * open only allocates; cursors open at the first next. A batch that next returns is lent until the same operator's next
 * or close. One operator a file; each file exports one function, which makes it (build.h lists them).
 *
 * Who pulls may narrow the batch that it gets. Operators hand on a Batch of their own over the input's vectors rather
 * than the input's: so what is narrowed is always the producer's for this one call. */
#ifndef QUERN_EXEC_OPERATOR_H
#define QUERN_EXEC_OPERATOR_H

#include "base/context.h"
#include "column/batch.h"
#include "exec/build.h"
#include "exec/exec.h"
#include "exec/team.h"
#include "plan/plan.h"

struct Evaluator;

typedef struct OperatorOps {
    const char *name;
    void (*open)(Operator *op);   /* may be NULL */
    Batch *(*next)(Operator *op); /* NULL at the end; is not called again after that. An empty batch is passed over */
    void (*close)(Operator *op);  /* drops what is held: at the end, or early; never raises; may be NULL */
} OperatorOps;

/* An operator's own struct begins with this. */
struct Operator {
    const OperatorOps *ops;
    Arena *arena; /* of the execution: lives as long as the operator */
    const Context *context;
    const Plan *plan;
    size_t input_count;
    Operator **inputs;
    OperatorMetrics *metrics;
    ProgressPart *progress; /* NULL: its inputs drive it */
    Worker *worker;         /* whose copy it is; NULL: there is no other copy */
    void *shared;           /* what the copies of it share, made before them by its SharedConstructor; or NULL */
    MemoryShare memory_share;
    struct PlaceOrigin *places; /* NULL: its batches do not tell where their rows stand */
    size_t batch_size;          /* rows of batches that it makes: batch_rows_that_fit */
    bool is_timed;
    bool is_open, is_at_end;
};

/* An operator's own struct, zeroed but for its base. */
#define operator_new(build, type, operator_ops, plan, inputs)                                                          \
    ((type *)operator_allocate((build), sizeof(type), (operator_ops), (plan), (inputs)))
Operator *operator_allocate(const Build *build, size_t size, const OperatorOps *ops, const Plan *plan,
                            Operator **inputs);

void operator_open(Operator *op);
/* Wraps ops->next: looks at the cancel flag, counts, keeps time, checks the batch in debug builds. Never gives an empty
 * batch; NULL at the end, and again after that. */
Batch *operator_next(Operator *op);
/* The next slice of its batches, for the evaluator that computes something of them; NULL at the end. */
const Batch *operator_next_slice(Operator *op, struct Evaluator *evaluator);
/* And all below it. */
void operator_close(Operator *op);
/* Adds the counts of a copy: what copies did side by side took no longer than the longest of them. */
void operator_metrics_add(OperatorMetrics *metrics, const OperatorMetrics *copy);
/* Notes what it holds now, for the metrics' peak. */
void operator_note_memory(Operator *op, size_t size);

/* A batch of its own over the input's vectors: `target` has room for as many columns. */
static inline Batch *batch_view(Batch *target, const Batch *source)
{
    Vector **columns = target->columns;
    *target = *source;
    target->columns = columns;
    if (source->column_count)
        memcpy(columns, source->columns, source->column_count * sizeof *columns);
    return target;
}

#endif
