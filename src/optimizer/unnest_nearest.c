/* optimizer/unnest_nearest.c: LIMIT 1 of rows in the order of what they are bounded by: for each d the nearest row
 * below it, or above it (an as-of join). Pairs of d with all rows of its keys would be many; but the row that is wanted
 * comes behind as many others of its keys as stand before d, were d among them.
 *
 *   Limit 1                            Join on u.k = k AND row_number = count + 1
 *     Sort u.t DESC, ...                 Filter is_row IS NULL
 *       Filter u.k = k AND u.t <= t        Window partition by k order by t DESC, is_row: count(is_row)
 *         U                                  Set union all
 *                                              D                              k, t, NULL AS is_row
 *                                              U                              u.k, u.t, TRUE
 *                                        Window partition by u.k order by u.t DESC, ...: row_number()
 *                                          U
 *
 * Of equal ones d comes first; u.t < t: last. */
#include "expr/function.h"
#include "optimizer/unnest.h"

/* Pairs for each row that is sorted. */
static const double WORTH_SORTING = 12;

typedef struct Nearest {
    const PlanSort *sort;
    const PlanProject *project; /* between Sort and Filter, or NULL */
    Plan *rows;                 /* U: those that are not NULL where they are compared */
    Expr **values;              /* of U, by parameter: what is compared with it */
    Expr **conditions;          /* by parameter: that comparison */
    size_t bound;               /* the parameter that no value is equal to */
    bool includes_equal;
} Nearest;

/* ---- recognizing it ---- */

/* What the condition compares with the parameter, if that is all that it is about; else NULL. */
static Expr *compared_value(Unnesting *self, const Expr *condition, ColumnId parameter)
{
    if (condition->kind != EXPR_CALL || condition->argument_count != 2)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const Expr *side = condition->arguments[i];
        Expr *other = condition->arguments[1 - i];
        if (side->kind == EXPR_COLUMN && side->column == parameter && type_equal(side->type, other->type) &&
            !expr_has_parameters(self, other) && !expr_can_fail(other) && !expr_is_volatile(other))
            return other;
    }
    return NULL;
}

/* Takes a condition with parameters: an equality, or (once) the inequality that the order fits to. */
static bool nearest_take_condition(Unnesting *self, Nearest *nearest, Expr *condition)
{
    size_t p = 0, count = self->parameters.count;
    Expr *value = NULL;
    while (p < count && (value = compared_value(self, condition, self->parameters.items[p])) == NULL)
        p++;
    if (p == count || nearest->values[p])
        return false;
    nearest->values[p] = value;
    nearest->conditions[p] = condition;
    const char *name = condition->function->name;
    if (strcmp(name, "=") == 0)
        return true;
    bool is_less = name[0] == '<', includes_equal = strcmp(name + 1, "=") == 0;
    if (nearest->bound < count || (!is_less && name[0] != '>') || (!includes_equal && name[1] != '\0'))
        return false;
    nearest->bound = p;
    nearest->includes_equal = includes_equal;
    bool is_below = is_less == (condition->arguments[0] == value);
    return nearest->sort->orders[0].is_descending == is_below;
}

static bool nearest_take_filter(Unnesting *self, Nearest *nearest, const PlanFilter *filter)
{
    PlanColumns *columns = self->columns;
    ConditionList kept = {0};
    for (size_t i = 0; i < filter->condition_count; i++) {
        Expr *condition = filter->conditions[i];
        if (expr_can_fail(condition) || expr_is_volatile(condition))
            return false;
        if (!expr_has_parameters(self, condition))
            array_add(columns->arena, &kept, condition);
        else if (!nearest_take_condition(self, nearest, condition))
            return false;
    }
    for (size_t p = 0; p < self->parameters.count; p++) {
        if (nearest->values[p] == NULL)
            return false;
        array_add(columns->arena, &kept,
                  function_call(columns->arena, "is not null", &nearest->values[p], 1, NO_POSITION));
    }
    nearest->rows = plan_filter_new(columns, filter->base.inputs[0], kept.items, kept.count);
    return nearest->bound < self->parameters.count;
}

/* All rows are projected, not only those that would have been asked for. */
static bool project_is_harmless(Unnesting *self, const PlanProject *project)
{
    for (size_t i = 0; i < project->base.output_count; i++)
        if (expr_can_fail(project->exprs[i]) || expr_is_volatile(project->exprs[i]) ||
            expr_has_parameters(self, project->exprs[i]))
            return false;
    return true;
}

static bool nearest_is_ordered(Unnesting *self, const Nearest *nearest)
{
    const PlanProject *project = nearest->project;
    for (size_t i = 0; i < nearest->sort->key_count; i++)
        if (expr_has_parameters(self, nearest->sort->keys[i]))
            return false;
    Expr *first = nearest->sort->keys[0];
    if (project)
        first = expr_substitute(self->columns->arena, first, project->base.outputs, project->exprs,
                                project->base.output_count);
    return expr_equal(first, nearest->values[nearest->bound]);
}

static bool nearest_init(Unnesting *self, Nearest *nearest, const PlanLimit *limit)
{
    size_t count = self->parameters.count;
    const Plan *below = limit->base.inputs[0];
    if (limit->limit != 1 || limit->offset > 0 || below->kind != PLAN_SORT)
        return false;
    *nearest = (Nearest){
        .sort = (const PlanSort *)below,
        .values = arena_array(self->columns->arena, Expr *, count),
        .conditions = arena_array(self->columns->arena, Expr *, count),
        .bound = count,
    };
    below = below->inputs[0];
    if (below->kind == PLAN_PROJECT) {
        nearest->project = (const PlanProject *)below;
        below = below->inputs[0];
    }
    return below->kind == PLAN_FILTER && !plan_has_parameters(self, below->inputs[0]) &&
           plan_is_repeatable(below->inputs[0]) && nearest_take_filter(self, nearest, (const PlanFilter *)below) &&
           (nearest->project == NULL || project_is_harmless(self, nearest->project)) &&
           nearest_is_ordered(self, nearest);
}

/* As far as the sources know, each d would meet many rows. */
static bool nearest_is_worth_it(Unnesting *self, const Nearest *nearest)
{
    JoinKeys keys;
    join_keys_init(&keys);
    plan_estimate(self->columns, self->left);
    plan_estimate(self->columns, nearest->rows);
    for (size_t p = 0; p < self->parameters.count; p++)
        if (p != nearest->bound)
            join_keys_add(self->columns, &keys, self->left, nearest->rows, nearest->conditions[p]);
    double left_rows = self->left->row_estimate, right_rows = nearest->rows->row_estimate;
    double pairs = keys.count > 0 ? join_keys_rows(&keys, left_rows, right_rows) : left_rows * right_rows;
    return pairs > WORTH_SORTING * (left_rows + right_rows);
}

/* ---- making it ---- */

/* The values of U's rows, and TRUE; or those of D, and NULL. */
static Plan *nearest_arm(Unnesting *self, Plan *rows, Expr *const *values, bool is_row)
{
    PlanColumns *columns = self->columns;
    size_t count = self->parameters.count;
    PlanProject *project = plan_project_new(columns, rows, count + 1);
    Value mark = is_row ? value_boolean(true) : value_null(type_of(TYPE_BOOLEAN));
    for (size_t p = 0; p < count; p++) {
        project->exprs[p] = values[p];
        project->base.outputs[p] = unnesting_new_column(self, p, /* is_nullable= */ false);
    }
    project->exprs[count] = expr_constant(columns->arena, mark, NO_POSITION);
    project->base.outputs[count] = plan_column_new(columns, "is_row", NULL, type_of(TYPE_BOOLEAN), !is_row);
    return &project->base;
}

/* D between the values of U's rows: its columns are those of the parameters, then is_row. */
static Plan *nearest_both(Unnesting *self, const Nearest *nearest)
{
    PlanColumns *columns = self->columns;
    size_t count = self->parameters.count;
    Unnested d = unnesting_domain(self);
    Expr **values = arena_array(columns->arena, Expr *, count),
         **conditions = arena_array(columns->arena, Expr *, count);
    for (size_t p = 0; p < count; p++) {
        values[p] = unnesting_column(self, d.domain[p]);
        conditions[p] = function_call(columns->arena, "is not null", &values[p], 1, NO_POSITION);
    }
    Plan *arms[] = {
        nearest_arm(self, plan_filter_new(columns, d.plan, conditions, count), values, false),
        plan_copy(columns, nearest_arm(self, nearest->rows, nearest->values, true)),
    };
    return &plan_set_new(columns, PLAN_UNION, /* is_all= */ true, arms, 2)->base;
}

/* D, and behind its columns the number of the row that follows each d. */
static Plan *nearest_follow(Unnesting *self, Plan *counted, const ColumnId *domain, ColumnId count)
{
    PlanColumns *columns = self->columns;
    size_t width = self->parameters.count;
    Type type = type_of(TYPE_BIGINT);
    PlanProject *project = plan_project_new(columns, counted, width + 1);
    Expr *sum[] = {unnesting_column(self, count), expr_constant(columns->arena, value_integer(type, 1), NO_POSITION)};
    plan_project_columns(columns, project, 0, domain, width);
    project->exprs[width] = function_call(columns->arena, "+", sum, 2, NO_POSITION);
    project->base.outputs[width] = plan_column_new(columns, "next_row", NULL, type, false);
    return &project->base;
}

/* Each d, by how many of U's rows stand before it. */
static Plan *nearest_count(Unnesting *self, const Nearest *nearest)
{
    PlanColumns *columns = self->columns;
    size_t count = self->parameters.count;
    Plan *both = nearest_both(self, nearest);
    Expr *is_row = unnesting_column(self, both->outputs[count]);
    PlanWindow *window = plan_window_new(columns, both, count - 1, /* key_count= */ 2, /* call_count= */ 1);
    for (size_t p = 0, k = 0; p < count; p++)
        if (p != nearest->bound)
            window->partition[k++] = unnesting_column(self, both->outputs[p]);
    window->keys[0] = unnesting_column(self, both->outputs[nearest->bound]);
    window->orders[0] = nearest->sort->orders[0];
    window->keys[1] = is_row;
    window->orders[1].nulls_first = nearest->includes_equal;
    WindowCall *call = &window->calls[0];
    bool is_unknown = false, is_ambiguous;
    call->call = (AggregateCall){.position = NO_POSITION, .argument_count = 1};
    call->call.arguments = arena_copy(columns->arena, &is_row, sizeof(Expr *));
    call->call.aggregate =
        aggregate_resolve(view_of("count"), &is_row->type, &is_unknown, 1, &call->call.type, &is_ambiguous);
    call->frame = (WindowFrame){.mode = WINDOW_ROWS, .end.kind = WINDOW_CURRENT_ROW};
    window->columns[0] = plan_column_new(columns, "count", NULL, call->call.type, false);
    plan_refresh_outputs(columns, &window->base);
    Expr *is_domain = function_call(columns->arena, "is null", &is_row, 1, NO_POSITION);
    Plan *counted = plan_filter_new(columns, &window->base, &is_domain, 1);
    return nearest_follow(self, counted, both->outputs, window->columns[0]);
}

/* U's rows as the Sort has them, with the values that are equal to parameters (`keys`), and their numbers. */
static PlanWindow *nearest_number(Unnesting *self, const Nearest *nearest, ColumnId *keys)
{
    PlanColumns *columns = self->columns;
    const Plan *like = &nearest->sort->base;
    size_t width = like->output_count, key_count = 0;
    PlanProject *project = plan_project_new(columns, nearest->rows, width + self->parameters.count - 1);
    plan_project_columns(columns, project, 0, like->outputs, width);
    for (size_t i = 0; i < width && nearest->project; i++)
        project->exprs[i] = nearest->project->exprs[i];
    for (size_t p = 0; p < self->parameters.count; p++) {
        if (p == nearest->bound)
            continue;
        project->exprs[width + key_count] = nearest->values[p];
        project->base.outputs[width + key_count] = keys[p] = unnesting_new_column(self, p, /* is_nullable= */ false);
        key_count++;
    }
    return unnesting_number_rows(self, &project->base, project->base.outputs + width, key_count, nearest->sort);
}

Unnested unnest_nearest(Unnesting *self, const PlanLimit *limit)
{
    PlanColumns *columns = self->columns;
    Nearest nearest;
    Unnested result = {.is_strict = true};
    if (!columns->context->settings->optimizer || !nearest_init(self, &nearest, limit) ||
        !nearest_is_worth_it(self, &nearest))
        return (Unnested){0};
    size_t count = self->parameters.count;
    ColumnId *keys = arena_array(columns->arena, ColumnId, count);
    Plan *domain = nearest_count(self, &nearest);
    PlanWindow *numbered = nearest_number(self, &nearest, keys);
    ConditionList conditions = {0};
    result.domain = domain->outputs;
    for (size_t p = 0; p < count; p++)
        if (p != nearest.bound)
            array_add(columns->arena, &conditions, columns_equal(columns, result.domain[p], keys[p], false));
    array_add(columns->arena, &conditions,
              columns_equal(columns, domain->outputs[count], numbered->columns[0], /* nulls_equal= */ false));
    result.plan =
        &plan_join_new(columns, PLAN_JOIN_INNER, domain, &numbered->base, conditions.items, conditions.count)->base;
    return result;
}
