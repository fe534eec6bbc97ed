/* exec/operator.h: what every operator is made of: Graefe's volcano, with a batch in place of a row.
 *
 * open only allocates; cursors open at the first next. A batch that next returns is lent until the same operator's next
 * or close. One operator a file; each file exports one function, which makes it. */
#ifndef QUERN_EXEC_OPERATOR_H
#define QUERN_EXEC_OPERATOR_H

#include "base/context.h"
#include "column/batch.h"
#include "exec/exec.h"
#include "plan/plan.h"

typedef struct OperatorOps {
    const char *name;
    void (*open)(Operator *op);   /* may be NULL */
    Batch *(*next)(Operator *op); /* NULL at the end; is not called again after that */
    void (*close)(Operator *op);  /* drops what is held early; never raises; may be NULL */
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
    bool is_timed;
    bool is_open, is_at_end;
};

/* `size` bytes of an operator's own struct, zeroed but for its base. */
#define operator_new(arena, type, operator_ops, context, plan)                                                         \
    ((type *)operator_allocate((arena), sizeof(type), (operator_ops), (context), (plan)))
Operator *operator_allocate(Arena *arena, size_t size, const OperatorOps *ops, const Context *context, const Plan *plan);

void operator_open(Operator *op);
/* Wraps ops->next: looks at the cancel flag, counts, keeps time, checks the batch in debug builds. */
Batch *operator_next(Operator *op);
/* And all below it. */
void operator_close(Operator *op);

#endif
