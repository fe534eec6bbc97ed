/* exec/row_checks.h: NOT NULL and CHECK over rows on their way into a table. */
#ifndef QUERN_EXEC_ROW_CHECKS_H
#define QUERN_EXEC_ROW_CHECKS_H

#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct RowChecks {
    const char *table_name;
    size_t count;
    const char *const *names;
    Evaluator *evaluator; /* of the CHECK conditions */
} RowChecks;

/* `checks` are over the outputs of `input`; names[i] is what to call the i-th. */
RowChecks row_checks_new(const Build *build, const Plan *input, const char *table_name, Expr *const *checks,
                         const char *const *names, size_t count);
/* The table's columns stand in the batch from `first_column` on. Raises NOT_NULL_VIOLATION, CHECK_VIOLATION. */
void row_checks_run(const RowChecks *checks, const Schema *schema, const Batch *batch, size_t first_column);

#endif
