/* bind/bind_group.c: GROUP BY: its expressions and sets, and what may be said of a grouped row. */
#include "bind/binder.h"
#include "bind/select.h"
#include "expr/function.h"

enum { GROUP_SET_LIMIT = 4096, GROUP_LIMIT_WITH_SETS = 63 };

typedef ARRAY(uint64_t) GroupSets;

bool select_is_grouped(const Select *select)
{
    return select->ast->group_by.count > 0 || select->ast->is_group_by_all || select->having ||
           select->aggregates.count > 0;
}

bool select_groups_use(const Select *select, ColumnId column)
{
    ColumnSet used = column_set_in(select->binder->arena);
    for (size_t i = 0; i < select->groups.count; i++)
        column_set_add_expr(&used, select->groups.items[i]);
    return column_set_has(&used, column);
}

/* ---- the clause ---- */

/* Index of the first group that is equal; their count: there is none. */
static size_t select_group_of(const Select *select, const Expr *expr)
{
    const HashIndex *index = &select->group_index;
    size_t i = hash_index_first(index, expr_hash(expr));
    while (i < index->count && !expr_equal(select->groups.items[i], expr))
        i = hash_index_next(index, i);
    return i;
}

static size_t select_append_group(Select *select, Expr *expr)
{
    hash_index_add(select->binder->arena, &select->group_index, expr_hash(expr));
    array_add(select->binder->arena, &select->groups, expr);
    return select->groups.count - 1;
}

/* Index of the group; an equal one is taken only once. */
static size_t select_add_group(Select *select, Expr *expr)
{
    size_t group = expr_is_volatile(expr) ? select->groups.count : select_group_of(select, expr);
    return group < select->groups.count ? group : select_append_group(select, expr);
}

static uint64_t group_bit(Select *select, const Place *place, const AstExpr *ast)
{
    size_t index;
    Expr *expr;
    if (bind_position(select->binder, ast, select->shown_count, "GROUP BY", &index))
        expr = select_item_expr(place, &select->items.items[index]);
    else
        expr = bind_expr(place, ast);
    size_t group = select_add_group(select, expr);
    return group < 64 ? (uint64_t)1 << group : 0;
}

/* The groups that one expression names: (a, b) is two of them, () none. */
static uint64_t group_mask(Select *select, const Place *place, const AstExpr *ast)
{
    if (ast->kind != AST_ROW)
        return group_bit(select, place, ast);
    uint64_t mask = 0;
    for (size_t i = 0; i < ast->list.count; i++)
        mask |= group_bit(select, place, ast->list.items[i]);
    return mask;
}

static void sets_add(Select *select, GroupSets *sets, uint64_t set, Position position)
{
    if (sets->count >= GROUP_SET_LIMIT)
        bind_error(select->binder, ERROR_TOO_COMPLEX, position, NULL, "GROUP BY has more than %d grouping sets",
                   GROUP_SET_LIMIT);
    array_add(select->binder->arena, sets, set);
}

static GroupSets group_sets(Select *select, const Place *place, const AstGroup *group);

/* (), (a), (a, b) for ROLLUP (a, b). */
static void rollup_sets(Select *select, const uint64_t *masks, size_t count, GroupSets *sets, Position position)
{
    for (size_t kept = count + 1; kept-- > 0;) {
        uint64_t set = 0;
        for (size_t i = 0; i < kept; i++)
            set |= masks[i];
        sets_add(select, sets, set, position);
    }
}

static void cube_sets(Select *select, const uint64_t *masks, size_t count, GroupSets *sets, Position position)
{
    if (count > 12)
        bind_error(select->binder, ERROR_TOO_COMPLEX, position, NULL, "CUBE is limited to 12 elements");
    for (size_t left_out = 0; left_out < (size_t)1 << count; left_out++) {
        uint64_t set = 0;
        for (size_t i = 0; i < count; i++)
            set |= left_out >> i & 1 ? 0 : masks[i];
        sets_add(select, sets, set, position);
    }
}

static GroupSets group_sets(Select *select, const Place *place, const AstGroup *group)
{
    GroupSets sets = {0};
    if (group->kind == AST_GROUP_EXPR) {
        sets_add(select, &sets, group_mask(select, place, group->expr), group->position);
        return sets;
    }
    if (group->kind == AST_GROUP_SETS) {
        for (size_t i = 0; i < group->items.count; i++) {
            GroupSets inner = group_sets(select, place, &group->items.items[i]);
            for (size_t j = 0; j < inner.count; j++)
                sets_add(select, &sets, inner.items[j], group->position);
        }
        return sets;
    }
    uint64_t *masks = arena_array(select->binder->arena, uint64_t, group->items.count);
    for (size_t i = 0; i < group->items.count; i++)
        masks[i] = group_mask(select, place, group->items.items[i].expr);
    if (group->kind == AST_GROUP_ROLLUP)
        rollup_sets(select, masks, group->items.count, &sets, group->position);
    else
        cube_sets(select, masks, group->items.count, &sets, group->position);
    return sets;
}

/* a, ROLLUP (b): every set of the one with every set of the other. */
static GroupSets sets_multiply(Select *select, const GroupSets *a, const GroupSets *b, Position position)
{
    GroupSets product = {0};
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            sets_add(select, &product, a->items[i] | b->items[j], position);
    return product;
}

static void sets_make_distinct(GroupSets *sets)
{
    size_t kept = 0;
    for (size_t i = 0; i < sets->count; i++) {
        bool is_new = true;
        for (size_t j = 0; j < kept && is_new; j++)
            is_new = sets->items[j] != sets->items[i];
        if (is_new)
            sets->items[kept++] = sets->items[i];
    }
    sets->count = kept;
}

static void select_set_sets(Select *select, const GroupSets *sets)
{
    if (select->groups.count > GROUP_LIMIT_WITH_SETS)
        bind_error(select->binder, ERROR_TOO_COMPLEX, select->ast->group_by.items[0].position, NULL,
                   "grouping sets have more than %d expressions", GROUP_LIMIT_WITH_SETS);
    for (size_t i = 0; i < sets->count; i++)
        array_add(select->binder->arena, &select->sets, sets->items[i]);
    select->has_grouping_column = true;
    select->grouping_column =
        plan_column_new(select->binder->columns, "grouping", NULL, type_of(TYPE_BIGINT), /* is_nullable= */ false);
}

void select_bind_groups(Select *select)
{
    const AstGroups *groups = &select->ast->group_by;
    Place place = select_place(select, "GROUP BY");
    place.takes_aggregates = place.takes_windows = false;
    place.subqueries = &select->before;
    GroupSets sets = {0};
    sets_add(select, &sets, 0, NO_POSITION);
    bool has_sets = false;
    for (size_t i = 0; i < groups->count; i++) {
        const AstGroup *group = &groups->items[i];
        GroupSets more = group_sets(select, &place, group);
        has_sets |= group->kind != AST_GROUP_EXPR;
        sets = sets_multiply(select, &sets, &more, group->position);
    }
    if (select->ast->is_group_by_distinct)
        sets_make_distinct(&sets);
    if (has_sets)
        select_set_sets(select, &sets);
}

/* ---- grouping(a, b): which of them the row's set lacks, the last in the lowest bit ---- */

static Expr *grouping_bit(const Select *select, size_t group, size_t weight, Position position)
{
    Arena *arena = select->binder->arena;
    Type bigint = type_of(TYPE_BIGINT);
    Expr *bits = plan_column_expr(select->binder->columns, select->grouping_column, position);
    Expr *mask = expr_constant(arena, value_integer(bigint, (int64_t)1 << group), position);
    Expr *zero = expr_constant(arena, value_integer(bigint, 0), position);
    Expr *bit = function_call(arena, "&", (Expr *[]){bits, mask}, 2, position);
    Type integer = type_of(TYPE_INTEGER);
    Expr *parts[] = {function_call(arena, "=", (Expr *[]){bit, zero}, 2, position),
                     expr_constant(arena, value_integer(integer, 0), position),
                     expr_constant(arena, value_integer(integer, (int64_t)1 << weight), position)};
    return expr_new(arena, EXPR_CASE, integer, parts, 3, position);
}

Expr *bind_grouping(const Place *place, const AstExpr *ast)
{
    Select *select = place->select;
    Binder *binder = place->binder;
    const AstExprs *list = &ast->function->arguments;
    if (select == NULL || !place->takes_aggregates || list->count == 0 || list->count > 31)
        bind_error(binder, ERROR_GROUPING, ast->position, NULL, "GROUPING is not allowed here");
    Position position = binder_at(binder, ast->position);
    Expr *sum = expr_constant(binder->arena, value_integer(type_of(TYPE_INTEGER), 0), position);
    for (size_t i = 0; i < list->count; i++) {
        Place inner = *place;
        inner.takes_aggregates = false;
        inner.subqueries = NULL;
        Expr *argument = bind_expr(&inner, list->items[i]);
        size_t group = select_group_of(select, argument);
        if (group == select->groups.count)
            bind_error(binder, ERROR_GROUPING, list->items[i]->position, NULL,
                       "arguments to GROUPING must be expressions of GROUP BY");
        if (!select->has_grouping_column) /* one set holds all groups: no bit is ever set */
            continue;
        Expr *bit = grouping_bit(select, group, list->count - 1 - i, position);
        sum = function_call(binder->arena, "+", (Expr *[]){sum, bit}, 2, position);
    }
    return sum;
}

/* ---- above the Aggregate ---- */

static _Noreturn void raise_ungrouped(const Select *select, const Expr *expr)
{
    const PlanColumn *column = plan_column(select->binder->columns, expr->column);
    error_raise(ERROR_GROUPING, expr->position,
                "column \"%s%s%s\" must appear in the GROUP BY clause or be used in an aggregate function",
                column->table ? column->table : "", column->table ? "." : "", column->name);
}

static bool is_chain(const Expr *expr)
{
    return expr->kind == EXPR_AND || expr->kind == EXPR_OR;
}

/* The group that the operands of a chain from `first` on are: `x BETWEEN 1 AND 2` within `x BETWEEN 1 AND 2 AND y`. */
static Expr *group_of_run(const Select *select, const Expr *chain, size_t first, size_t *ret_run)
{
    for (size_t i = 0; i < select->groups.count; i++) {
        const Expr *group = select->groups.items[i];
        size_t run = group->argument_count, same = 0;
        if (group->kind != chain->kind || run > chain->argument_count - first)
            continue;
        while (same < run && expr_equal(group->arguments[same], chain->arguments[first + same]))
            same++;
        if (same < run)
            continue;
        *ret_run = run;
        return plan_column_expr(select->binder->columns, select->group_columns.items[i],
                                chain->arguments[first]->position);
    }
    return NULL;
}

static void select_make_group_column(Select *select, const Expr *group);

static bool select_groups_by(const Select *select, ColumnId column)
{
    for (size_t i = 0; i < select->groups.count; i++)
        if (select->groups.items[i]->kind == EXPR_COLUMN && select->groups.items[i]->column == column)
            return true;
    return false;
}

/* Whether the groups have the primary key of the column's table: then it has one value in each of them. */
static bool is_dependent_on_groups(const Select *select, ColumnId column)
{
    const PlanScan *scan =
        plan_has_output(select->input, column) ? plan_column(select->binder->columns, column)->scan : NULL;
    const Constraints *constraints = scan ? provider_constraints(scan->table) : NULL;
    for (size_t i = 0; constraints && i < constraints->count; i++) {
        const Constraint *key = &constraints->items[i];
        if (key->kind != CONSTRAINT_PRIMARY_KEY)
            continue;
        size_t found = 0;
        while (found < key->column_count &&
               select_groups_by(select, scan->first_column + (ColumnId)key->columns[found]))
            found++;
        return found == key->column_count;
    }
    return false;
}

/* A column of the Aggregate's input above it: one that follows from the groups becomes one more of them. */
static Expr *group_replace_column(Select *select, Expr *expr)
{
    if (select->sets.count > 0 || !is_dependent_on_groups(select, expr->column))
        raise_ungrouped(select, expr);
    Expr *group = plan_column_expr(select->binder->columns, expr->column, expr->position);
    size_t last = select_append_group(select, group);
    select_make_group_column(select, group);
    return plan_column_expr(select->binder->columns, select->group_columns.items[last], expr->position);
}

/* Groups become the Aggregate's columns; of its input's columns nothing else may be left. */
static Expr *group_replace(Select *select, Expr *expr, size_t depth)
{
    Binder *binder = select->binder;
    if (depth > EXPR_MAX_DEPTH)
        bind_error(binder, ERROR_TOO_COMPLEX, expr->position, NULL, "the expression is nested too deep");
    size_t same = select_group_of(select, expr);
    if (same < select->groups.count)
        return plan_column_expr(binder->columns, select->group_columns.items[same], expr->position);
    if (expr->kind == EXPR_COLUMN && column_set_has(&select->inputs, expr->column))
        return group_replace_column(select, expr);
    if (expr->argument_count == 0)
        return expr;
    Expr **arguments = arena_array(binder->arena, Expr *, expr->argument_count);
    size_t count = 0;
    for (size_t i = 0; i < expr->argument_count;) {
        size_t run = 1;
        Expr *group = is_chain(expr) ? group_of_run(select, expr, i, &run) : NULL;
        arguments[count++] = group ? group : group_replace(select, expr->arguments[i], depth + 1);
        i += run;
    }
    if (count < expr->argument_count)
        return expr_junction(binder->arena, expr->kind, arguments, count, expr->position);
    return expr_with_arguments(binder->arena, expr, arguments);
}

static void group_replace_slot(void *user, Expr **slot)
{
    *slot = group_replace(user, *slot, 0);
}

/* A correlated query above the Aggregate refers to grouped columns too. */
static void group_replace_plan(Select *select, Plan *plan)
{
    plan_each_expr(plan, group_replace_slot, select);
    for (size_t i = 0; i < plan->input_count; i++)
        group_replace_plan(select, plan->inputs[i]);
}

static void group_replace_subquery(Select *select, Subquery *subquery)
{
    if (subquery->mark_condition)
        group_replace_slot(select, &subquery->mark_condition);
    if (!subquery->is_dependent)
        return;
    plan_check_depth(select->binder->arena, subquery->plan);
    group_replace_plan(select, subquery->plan);
}

/* Every column that an item is made of, within its queries too. Marks the queries that it needs. */
static ColumnSet item_columns(Select *select, const SelectItem *item, bool *ret_is_needed)
{
    Arena *arena = select->binder->arena;
    ColumnSet used = column_set_in(arena);
    column_set_add_expr(&used, item->expr);
    for (size_t i = select->after.count; i-- > 0;) { /* a query may use those before it */
        const Subquery *subquery = &select->after.items[i];
        if (!column_set_has(&used, subquery->value->column))
            continue;
        ret_is_needed[i] = true;
        plan_check_depth(arena, subquery->plan);
        column_set_add_used(&used, subquery->plan);
        if (subquery->mark_condition)
            column_set_add_expr(&used, subquery->mark_condition);
    }
    return used;
}

static bool select_has_aggregate(const Select *select, const ColumnSet *columns)
{
    for (size_t i = 0; i < select->aggregate_columns.count; i++)
        if (column_set_has(columns, select->aggregate_columns.items[i]))
            return true;
    return false;
}

/* Queries that groups are made of are joined below the Aggregate. */
static void select_move_subqueries(Select *select, const bool *is_moved)
{
    size_t kept = 0;
    for (size_t i = 0; i < select->after.count; i++) {
        Subquery subquery = select->after.items[i];
        if (is_moved[i])
            array_add(select->binder->arena, &select->before, subquery);
        else
            select->after.items[kept++] = subquery;
    }
    select->after.count = kept;
}

/* GROUP BY ALL: every item without an aggregate or a window in it. */
static void select_group_by_items(Select *select)
{
    Arena *arena = select->binder->arena;
    bool *is_moved = arena_allocate_zero(arena, select->after.count * sizeof(bool));
    for (size_t i = 0; i < select->shown_count; i++) {
        const SelectItem *item = &select->items.items[i];
        bool *is_needed = arena_allocate_zero(arena, select->after.count * sizeof(bool));
        ColumnSet columns = item_columns(select, item, is_needed);
        if (item->expr->kind == EXPR_CONSTANT || select_has_aggregate(select, &columns) ||
            select_uses_windows(select, item->expr))
            continue;
        select_add_group(select, item->expr);
        for (size_t j = 0; j < select->after.count; j++)
            is_moved[j] |= is_needed[j];
    }
    select_move_subqueries(select, is_moved);
}

static const char *group_name(Select *select, const Expr *group)
{
    Binder *binder = select->binder;
    if (group->kind == EXPR_COLUMN)
        return plan_column(binder->columns, group->column)->name;
    Text text = text_in(binder->arena);
    plan_print_expr(binder->columns, &select->names, group, &text);
    return text_string(&text);
}

/* The Aggregate's output for a group: a new column, since with sets it holds other values than the input's. */
static void select_make_group_column(Select *select, const Expr *group)
{
    Binder *binder = select->binder;
    const char *table = group->kind == EXPR_COLUMN ? plan_column(binder->columns, group->column)->table : NULL;
    bool is_nullable = select->sets.count > 0 || expr_may_be_null(binder->columns, group);
    ColumnId column = plan_column_new(binder->columns, group_name(select, group), table, group->type, is_nullable);
    array_add(binder->arena, &select->group_columns, column);
}

static Plan *select_make_aggregate(Select *select, Plan *input)
{
    Binder *binder = select->binder;
    size_t group_count = select->groups.count, aggregate_count = select->aggregates.count;
    PlanAggregate *aggregate = plan_aggregate_new(binder->columns, input, group_count, aggregate_count);
    ColumnId *outputs = arena_array(binder->arena, ColumnId, group_count + aggregate_count + 1);
    for (size_t i = 0; i < group_count; i++) {
        aggregate->groups[i] = select->groups.items[i];
        outputs[i] = select->group_columns.items[i];
    }
    for (size_t i = 0; i < aggregate_count; i++) {
        aggregate->aggregates[i] = select->aggregates.items[i];
        outputs[group_count + i] = select->aggregate_columns.items[i];
    }
    outputs[group_count + aggregate_count] = select->grouping_column;
    aggregate->base.outputs = outputs;
    aggregate->base.output_count = group_count + aggregate_count + select->has_grouping_column;
    aggregate->sets = select->sets.items;
    aggregate->set_count = select->sets.count;
    return &aggregate->base;
}

Plan *select_group(Select *select, Plan *input)
{
    if (select->ast->is_group_by_all)
        select_group_by_items(select);
    input = subqueries_attach(select->binder, input, &select->before);
    select->inputs = column_set_in(select->binder->arena);
    column_set_add_outputs(&select->inputs, input);
    select->input = input;
    for (size_t i = 0; i < select->groups.count; i++)
        select_make_group_column(select, select->groups.items[i]);
    for (size_t i = 0; i < select->items.count; i++)
        group_replace_slot(select, &select->items.items[i].expr);
    if (select->having)
        group_replace_slot(select, &select->having);
    if (select->qualify)
        group_replace_slot(select, &select->qualify);
    select_each_window_expr(select, group_replace_slot, select);
    select_each_set_call_expr(select, group_replace_slot, select);
    for (size_t i = 0; i < select->after.count; i++)
        group_replace_subquery(select, &select->after.items[i]);
    return select_make_aggregate(select, input);
}
