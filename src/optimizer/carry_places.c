/* optimizer/carry_places.c: where rows stand in their files goes up to wherever an expression may fail over them.
 *
 *   Project [x / y]                     places: #8 _file, #9 _line, #12 _file, #13 _line
 *     Join                              outputs: with these
 *       Scan a.csv    Scan b.csv        outputs: #8, #9; #12, #13
 *
 * Only for a statement that is run again because a row failed whose place nobody knew: it costs columns. A scan has
 * places where its table has the hidden columns _file and _line. Groups and set operations end them. */
#include <string.h>

#include "optimizer/rule.h"

static void columns_append(Arena *arena, ColumnId **columns, size_t *column_count, const ColumnId *added, size_t count)
{
    ColumnId *all = arena_array(arena, ColumnId, *column_count + count);
    for (size_t i = 0; i < *column_count; i++)
        all[i] = (*columns)[i];
    for (size_t i = 0; i < count; i++)
        all[*column_count + i] = added[i];
    *columns = all;
    *column_count += count;
}

static void places_add(Arena *arena, Plan *plan, const ColumnId *places, size_t count)
{
    columns_append(arena, &plan->places, &plan->place_count, places, count);
}

static void output_add(Arena *arena, Plan *plan, ColumnId added)
{
    columns_append(arena, &plan->outputs, &plan->output_count, &added, 1);
}

/* The index of the hidden column of this name; 0: there is none. */
static size_t hidden_find(const Schema *schema, const char *name)
{
    for (size_t c = schema->column_count; c < schema_width(schema); c++)
        if (strcmp(schema->columns[c].name, name) == 0)
            return c;
    return 0;
}

static void scan_add_place(PlanColumns *columns, PlanScan *scan)
{
    const Schema *schema = scan->table->ops->schema(scan->table, columns->context);
    const size_t indexes[] = {hidden_find(schema, "_file"), hidden_find(schema, "_line")};
    if (indexes[0] == 0 || indexes[1] == 0)
        return;
    ColumnId places[2];
    for (size_t i = 0; i < 2; i++) {
        places[i] = scan->first_column + (ColumnId)indexes[i];
        if (plan_has_output(&scan->base, places[i]))
            continue;
        size_t *all = arena_array(columns->arena, size_t, scan->base.output_count + 1);
        for (size_t c = 0; c < scan->base.output_count; c++)
            all[c] = scan->column_indexes[c];
        all[scan->base.output_count] = indexes[i];
        scan->column_indexes = all;
        output_add(columns->arena, &scan->base, places[i]);
    }
    places_add(columns->arena, &scan->base, places, 2);
}

static void project_add_places(PlanColumns *columns, PlanProject *project)
{
    const Plan *input = project->base.inputs[0];
    for (size_t i = 0; i < input->place_count; i++) {
        ColumnId place = input->places[i];
        if (plan_has_output(&project->base, place))
            continue;
        Expr **exprs = arena_array(columns->arena, Expr *, project->base.output_count + 1);
        for (size_t c = 0; c < project->base.output_count; c++)
            exprs[c] = project->exprs[c];
        exprs[project->base.output_count] = plan_column_expr(columns, place, NO_POSITION);
        project->exprs = exprs;
        output_add(columns->arena, &project->base, place);
    }
    places_add(columns->arena, &project->base, input->places, input->place_count);
}

/* Those of the inputs that the join's outputs hold. */
static void join_add_places(PlanColumns *columns, Plan *join)
{
    plan_refresh_outputs(columns, join);
    for (size_t i = 0; i < join->input_count; i++) {
        const Plan *input = join->inputs[i];
        if (input->place_count > 0 && plan_has_output(join, input->places[0]))
            places_add(columns->arena, join, input->places, input->place_count);
    }
}

static Plan *carry(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = plan_rewrite(columns, plan, plan->inputs[i], carry);
    switch (plan->kind) {
    case PLAN_SCAN:
        scan_add_place(columns, (PlanScan *)plan);
        break;
    case PLAN_PROJECT:
        project_add_places(columns, (PlanProject *)plan);
        break;
    case PLAN_JOIN:
        join_add_places(columns, plan);
        break;
    case PLAN_FILTER:
    case PLAN_DISTINCT:
    case PLAN_WINDOW:
    case PLAN_SORT:
    case PLAN_LIMIT:
        plan_refresh_outputs(columns, plan);
        places_add(columns->arena, plan, plan->inputs[0]->places, plan->inputs[0]->place_count);
        break;
    default:
        break;
    }
    return plan;
}

Plan *rule_carry_places(PlanColumns *columns, Plan *plan)
{
    return columns->wants_places ? plan_rewrite(columns, NULL, plan, carry) : plan;
}
