/* optimizer/table_sample.c: a provider's sample, with the columns that conditions want, through an evaluator. */
#include "optimizer/table_sample.h"

#include "expr/evaluator.h"

/* The columns that are read: their indexes in the table, and where each stands among those. */
typedef struct SampleColumns {
    const PlanScan *scan;
    size_t *indexes;
    size_t count;
} SampleColumns;

static ColumnId column_place(void *user, ColumnId column)
{
    SampleColumns *self = user;
    size_t index = column - self->scan->first_column, place = 0;
    while (place < self->count && self->indexes[place] != index)
        place++;
    if (place == self->count)
        self->indexes[self->count++] = index;
    return (ColumnId)place;
}

static bool is_parameter(void *user, const Expr *expr)
{
    *(bool *)user |= expr->kind == EXPR_PARAMETER;
    return true;
}

static bool can_be_tried(const Expr *condition, const PlanScan *scan)
{
    bool has_parameter = false;
    expr_walk(condition, is_parameter, &has_parameter);
    return !has_parameter && expr_is_within(condition, &scan->base) && !expr_can_fail(condition) &&
           !expr_is_volatile(condition);
}

bool scan_has_sample(const PlanScan *scan, Expr *const *conditions, size_t condition_count)
{
    if (scan->table->ops->sample == NULL || scan->has_row_number)
        return false;
    for (size_t i = 0; i < condition_count; i++)
        if (!can_be_tried(conditions[i], scan))
            return false;
    return true;
}

typedef struct SampleRun {
    const Context *context;
    Evaluator *evaluator;
    void (*visit)(void *user, const SampledRows *rows);
    void *user;
    uint16_t selection[BATCH_SIZE];
} SampleRun;

static void sample_visit(void *user, Batch *batch)
{
    SampleRun *self = user;
    Batch narrowed = *batch;
    context_check(self->context);
    size_t passed_count = evaluator_filter(self->evaluator, &narrowed, self->selection);
    const uint16_t *passed = narrowed.selection ? narrowed.selection : selection_all;
    self->visit(self->user, &(SampledRows){batch, passed, passed_count});
}

bool scan_sample(PlanColumns *columns, PlanScan *scan, Expr *const *conditions, size_t condition_count,
                 const ColumnId *wanted, size_t wanted_count, size_t row_count,
                 void (*visit)(void *user, const SampledRows *rows), void *user)
{
    Arena *scratch = arena_new_child(columns->arena);
    SampleColumns used = {.scan = scan, .indexes = arena_array(scratch, size_t, wanted_count + scan->column_count)};
    for (; used.count < wanted_count; used.count++)
        used.indexes[used.count] = wanted[used.count] - scan->first_column;
    Expr **mapped = arena_array(scratch, Expr *, condition_count);
    for (size_t i = 0; i < condition_count; i++)
        mapped[i] = expr_map_columns(scratch, conditions[i], column_place, &used);
    SampleRun *run = arena_new(scratch, SampleRun);
    run->context = columns->context;
    run->evaluator = evaluator_new(scratch, columns->context, mapped, condition_count);
    run->visit = visit;
    run->user = user;
    bool is_whole = scan->table->ops->sample(scan->table, columns->context, scratch, used.indexes, used.count,
                                             row_count, sample_visit, run);
    arena_free(scratch);
    return is_whole;
}
