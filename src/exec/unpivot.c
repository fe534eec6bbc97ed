/* exec/unpivot.c: UNPIVOT: each row of the input as often as there are names, with one of these and its values.
 *
 *     input     i  a   b         output     i  name  value
 *               1  10  20                   1  a     10      cell 0
 *               2  30  40                   1  b     20      cell 1
 *                                           2  a     30      cell 2 ...
 *
 * The cells of a batch are numbered like this; those that come from one of the input's columns are `name_count` apart.
 * So each column is gone over once for many rows where names are few, and no more is done than there are cells where
 * they are thousands. */
#include "column/vector_rows.h"
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct UnpivotOperator {
    Operator base;
    Evaluator *evaluator;
    size_t kept_count;
    size_t *kept;                /* of the input's columns, those that stay */
    Vector *names;               /* all, flat */
    Vector **values;             /* of the plan's expressions, over `input` */
    Vector *wide;                /* decimals in 128 bits, where others of their column need them */
    const Batch *input;          /* the batch at work, or NULL */
    size_t next;                 /* its first cell that has not been given */
    uint16_t origin[BATCH_SIZE]; /* the input's slot that each row of the output comes from */
    VectorRows rows;
    Batch *batch;
} UnpivotOperator;

static const PlanUnpivot *unpivot_plan(const UnpivotOperator *self)
{
    return (const PlanUnpivot *)self->base.plan;
}

static size_t unpivot_left(const UnpivotOperator *self)
{
    return self->input ? self->input->row_count * unpivot_plan(self)->name_count - self->next : 0;
}

static bool unpivot_pull(UnpivotOperator *self)
{
    const PlanUnpivot *plan = unpivot_plan(self);
    self->next = 0;
    do {
        self->input = operator_next_slice(self->base.inputs[0], self->evaluator);
        if (self->input == NULL)
            return false;
        for (size_t i = 0; i < plan->name_count * plan->value_count; i++)
            self->values[i] = evaluator_value(self->evaluator, i, self->input);
    } while (evaluator_lacks_room(self->evaluator));
    return true;
}

/* ---- values ---- */

/* rows->values[0 .. count-1] to every step-th slot of `target` from the first one on. */
#define SPREAD(NAME, ctype)                                                                                            \
    static void spread_##NAME(Vector *target, size_t first, size_t step, const VectorRows *rows, size_t count)         \
    {                                                                                                                  \
        const ctype *from = rows->values;                                                                              \
        ctype *to = VECTOR_DATA(target, ctype) + first;                                                                \
        for (size_t i = 0; i < count; i++)                                                                             \
            to[i * step] = from[rows->index[i]];                                                                       \
    }
PHYSICALS(SPREAD)
#undef SPREAD

static void values_spread(Vector *target, size_t first, size_t step, const VectorRows *rows, size_t count)
{
    switch ((Physical)target->physical) {
#define SPREAD_CASE(NAME, ctype)                                                                                       \
    case PHYSICAL_##NAME:                                                                                              \
        spread_##NAME(target, first, step, rows, count);                                                               \
        break;
        PHYSICALS(SPREAD_CASE)
#undef SPREAD_CASE
    case PHYSICAL_COUNT:
        break;
    }
    for (size_t i = 0; rows->validity && i < count; i++)
        if (!validity_get(rows->validity, rows->index[i]))
            vector_set_null(target, first + i * step);
}

/* Decimals of one column may be stored in either way: the wider one holds all. */
static Physical unpivot_physical(const UnpivotOperator *self, size_t column)
{
    const PlanUnpivot *plan = unpivot_plan(self);
    Physical physical = (Physical)self->values[column]->physical;
    for (size_t i = 0; physical == PHYSICAL_I64 && i < plan->name_count; i++)
        physical = (Physical)self->values[i * plan->value_count + column]->physical;
    return physical;
}

static void unpivot_fill(UnpivotOperator *self, size_t column, size_t count)
{
    const PlanUnpivot *plan = unpivot_plan(self);
    size_t step = plan->name_count, row = self->next / step, name = self->next % step;
    Vector *target = self->batch->columns[self->kept_count + 1 + column];
    vector_prepare_as(target, target->type, unpivot_physical(self, column), count);
    for (size_t first = 0; first < count && first < step; first++) {
        const Vector *source = self->values[name * plan->value_count + column];
        size_t row_count = (count - first + step - 1) / step;
        if (source->physical != target->physical) {
            vector_widen_decimal(self->wide, source, self->input->vector_size);
            source = self->wide;
        }
        const uint16_t *selection = self->input->selection;
        vector_rows_init(&self->rows, source, (selection ? selection : selection_all) + row, row_count);
        values_spread(target, first, step, &self->rows, row_count);
        if (target->physical == PHYSICAL_STRING)
            vector_keep_strings_of(target, source);
        if (++name == step) {
            name = 0;
            row++;
        }
    }
}

/* ---- rows ---- */

/* What is above computes with each name of a dictionary once, which is worth its while if there are fewer than rows. */
static void unpivot_fill_names(UnpivotOperator *self, size_t count)
{
    size_t name_count = unpivot_plan(self)->name_count, name = self->next % name_count;
    Vector *target = self->batch->columns[self->kept_count];
    bool is_dictionary = name_count < count;
    if (is_dictionary)
        vector_prepare_dictionary(target, self->names, name_count, count);
    else
        vector_prepare(target, count);
    for (size_t i = 0; i < count; i++) {
        if (is_dictionary)
            VECTOR_DATA(target, uint32_t)[i] = (uint32_t)name;
        else
            VECTOR_DATA(target, String)[i] = VECTOR_DATA(self->names, String)[name];
        name = name + 1 < name_count ? name + 1 : 0;
    }
    if (!is_dictionary)
        vector_keep_strings_of(target, self->names);
}

static void unpivot_keep(UnpivotOperator *self, size_t count)
{
    size_t name_count = unpivot_plan(self)->name_count;
    size_t row = self->next / name_count, name = self->next % name_count;
    for (size_t i = 0; i < count; i++) {
        self->origin[i] = (uint16_t)batch_row(self->input, row);
        if (++name < name_count)
            continue;
        name = 0;
        row++;
    }
    for (size_t c = 0; c < self->kept_count; c++)
        vector_gather(self->batch->columns[c], self->input->columns[self->kept[c]], self->origin, count);
}

static Batch *unpivot_next(Operator *op)
{
    UnpivotOperator *self = (UnpivotOperator *)op;
    while (unpivot_left(self) == 0)
        if (!unpivot_pull(self))
            return NULL;
    size_t left = unpivot_left(self), count = left < op->batch_size ? left : op->batch_size;
    unpivot_keep(self, count);
    unpivot_fill_names(self, count);
    for (size_t column = 0; column < unpivot_plan(self)->value_count; column++)
        unpivot_fill(self, column, count);
    self->next += count;
    self->batch->row_count = self->batch->vector_size = count;
    self->batch->morsel = self->input->morsel;
    return self->batch;
}

static const OperatorOps unpivot_ops = {"Unpivot", NULL, unpivot_next, NULL};

Operator *unpivot_new(const Build *build, const Plan *plan, Operator **inputs)
{
    Arena *arena = build->arena;
    const PlanUnpivot *unpivot = (const PlanUnpivot *)plan;
    size_t value_count = unpivot->name_count * unpivot->value_count;
    UnpivotOperator *self = operator_new(build, UnpivotOperator, &unpivot_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    self->evaluator =
        evaluator_new(arena, build->context, column_map_exprs(&map, unpivot->values, value_count), value_count);
    self->values = arena_array(arena, Vector *, value_count);
    self->kept_count = plan->output_count - 1 - unpivot->value_count;
    self->kept = arena_array(arena, size_t, self->kept_count);
    for (size_t c = 0; c < self->kept_count; c++)
        self->kept[c] = column_map_position(&map, plan->outputs[c]);
    self->names = vector_new(arena, type_of(TYPE_VARCHAR));
    vector_prepare(self->names, unpivot->name_count);
    for (size_t i = 0; i < unpivot->name_count; i++)
        VECTOR_DATA(self->names, String)[i] = vector_add_string(self->names, view_of(unpivot->names[i]));
    self->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(arena, plan_column(build->columns, plan->outputs[c])->type);
    self->wide = vector_new(arena, self->batch->columns[plan->output_count - 1]->type);
    return &self->base;
}
