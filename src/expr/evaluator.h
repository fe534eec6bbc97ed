/* expr/evaluator.h: expressions over batches.
 *
 * An evaluator is made once an operator from expressions whose columns are indexes into its input batch. It runs in two
 * manners. Fast: every kernel computes all slots of the batch, also those not selected and NULL, and only notes that
 * something *may* have failed. Careful, when it did: the batch is run again with SQL's laziness (CASE, COALESCE, AND,
 * OR narrow the rows their arguments see) over the selected, valid rows alone, and what fails now raises. So no result
 * depends on the order of evaluation, and the loops have no branches. */
#ifndef QUERN_EXPR_EVALUATOR_H
#define QUERN_EXPR_EVALUATOR_H

#include "base/context.h"
#include "column/batch.h"
#include "expr/expr.h"

typedef struct Evaluator Evaluator;

/* The context lives as long as the evaluator. Parameters are taken as they are now. */
Evaluator *evaluator_new(Arena *arena, const Context *context, Expr *const *exprs, size_t expr_count);
/* The value of one expression for the batch's rows: as many slots as batch->vector_size, in any form; what is not
 * selected is undefined. Lent until the next call for the same expression. Never writes to the batch. */
Vector *evaluator_value(Evaluator *evaluator, size_t expr_index, const Batch *batch);
/* The same, never as dictionary or constant. */
Vector *evaluator_value_flat(Evaluator *evaluator, size_t expr_index, const Batch *batch);

/* Values are there only when those of all rows are, and of 2,048 rows each may be a text of megabytes. So whoever may
 * meet such texts takes a batch in slices, each the next rows of it:
 *
 *     evaluator_begin(evaluator, batch);
 *     for (const Batch *slice; (slice = evaluator_next_slice(evaluator)) != NULL;) {
 *         values[i] = evaluator_value(evaluator, i, slice); ...
 *         if (evaluator_lacks_room(evaluator))
 *             continue;
 *         ...
 *     }
 *
 * The first slice is all of the batch, unless batches before it lacked room. */
void evaluator_begin(Evaluator *evaluator, const Batch *batch);
/* NULL when all rows have been taken. Lent until the next call. */
const Batch *evaluator_next_slice(Evaluator *evaluator);
/* The texts of the slice's rows were too much: its values are worth nothing. The same rows come again, in slices of
 * fewer, and what is volatile is computed again; never so for one row. */
bool evaluator_lacks_room(const Evaluator *evaluator);
/* How many rows of the batch stand before the slice's. */
size_t evaluator_slice_start(const Evaluator *evaluator);

/* Takes all expressions as conjuncts: narrows the batch to the rows for which every one is TRUE, by writing its
 * selection (room for BATCH_SIZE). Conjuncts that cannot fail run first, each over what the ones before have left, in
 * the order in which they decide soonest. Returns batch->row_count. */
size_t evaluator_filter(Evaluator *evaluator, Batch *batch, uint16_t *selection);
/* The same by one of them, for who orders them himself. Both take the batch in slices themselves. */
size_t evaluator_filter_by(Evaluator *evaluator, size_t expr_index, Batch *batch, uint16_t *selection);

/* The value of an expression without columns; text is the arena's. Raises what it raises. */
Value expr_evaluate_constant(Arena *arena, const Context *context, const Expr *expr);
/* The same; false where that might raise: it is for who folds constants, when the row that meets the error may not
 * come. */
bool expr_try_constant(Arena *arena, const Context *context, const Expr *expr, Value *ret_value);

#endif
