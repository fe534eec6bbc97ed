/* exec/aggregate_waiting.c: rows of a GROUP BY that wait. */
#include "exec/aggregate_waiting.h"

#include <string.h>

AggregateWaiting aggregate_waiting_new(const Build *build, const PlanAggregate *plan, Expr *const *groups)
{
    const Plan *input = plan->base.inputs[0];
    size_t most = input->output_count + plan->group_count + 1;
    AggregateWaiting waiting = {
        .plan = plan,
        .types = arena_array(build->arena, Type, most),
        .column_count = input->output_count,
        .positions = arena_array(build->arena, size_t, plan->group_count),
        .columns = arena_array(build->arena, Vector *, most),
    };
    for (size_t c = 0; c < input->output_count; c++)
        waiting.types[c] = plan_column(build->columns, input->outputs[c])->type;
    for (size_t g = 0; g < plan->group_count; g++) {
        bool is_column = groups[g]->kind == EXPR_COLUMN;
        waiting.positions[g] = is_column ? groups[g]->column : waiting.column_count++;
        waiting.types[waiting.positions[g]] = groups[g]->type;
    }
    if (plan->set_count > 0)
        waiting.types[waiting.column_count++] = type_of(TYPE_UBIGINT);
    return waiting;
}

Spill *aggregate_waiting_spill(const AggregateWaiting *waiting, Arena *arena, const Context *context, MemoryShare share)
{
    Spill *spill = spill_new(arena, context, share);
    spill_add_side(spill, waiting->types, waiting->column_count);
    return spill;
}

RowScatter *aggregate_waiting_scatter(const AggregateWaiting *waiting, Arena *arena, const Context *context)
{
    return row_scatter_new(arena, context, waiting->types, waiting->column_count);
}

void aggregate_waiting_begin(AggregateWaiting *waiting, const Batch *batch, Vector *const *values, Vector *set)
{
    const PlanAggregate *plan = waiting->plan;
    memcpy(waiting->columns, batch->columns, plan->base.inputs[0]->output_count * sizeof *batch->columns);
    for (size_t g = 0; g < plan->group_count; g++)
        waiting->columns[waiting->positions[g]] = values[g];
    if (plan->set_count > 0)
        waiting->columns[waiting->column_count - 1] = set;
}

void aggregate_waiting_values(const AggregateWaiting *waiting, const Batch *batch, Vector **values)
{
    for (size_t g = 0; g < waiting->plan->group_count; g++)
        values[g] = batch->columns[waiting->positions[g]];
}

size_t aggregate_waiting_of_set(const AggregateWaiting *waiting, const Batch *batch, size_t set, uint16_t *selection)
{
    const uint64_t *sets = VECTOR_DATA(batch->columns[waiting->column_count - 1], uint64_t);
    size_t count = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        selection[count] = (uint16_t)i;
        count += sets[i] == set;
    }
    return count;
}
