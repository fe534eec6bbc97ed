/* bind/bind_join.c: two relations to one: ON, USING, NATURAL. */
#include "bind/binder.h"

typedef struct Join {
    const From *from;
    const AstTableRef *ref;
    PlanJoinType type;
    Relation left, right;
    bool is_dependent;
    Subqueries subqueries; /* within ON */
} Join;

Relation relation_cross(Binder *binder, const Relation *left, const Relation *right, bool is_dependent,
                        Position position)
{
    Relation joined = *left;
    relation_add_relation(binder, &joined, right, position);
    PlanJoin *join = plan_join_new(binder->columns, PLAN_JOIN_INNER, left->plan, right->plan, NULL, 0);
    join->is_dependent = is_dependent;
    joined.plan = &join->base;
    return joined;
}

/* ---- queries within ON ---- */

static bool plan_touches(Binder *binder, Plan *plan, const Expr *condition, const Plan *side)
{
    ColumnSet columns = column_set_in(binder->arena);
    plan_check_depth(binder->arena, plan);
    column_set_add_used(&columns, plan);
    if (condition)
        column_set_add_expr(&columns, condition);
    for (size_t i = 0; i < side->output_count; i++)
        if (column_set_has(&columns, side->outputs[i]))
            return true;
    return false;
}

static bool subquery_touches(Binder *binder, const Subquery *subquery, const Plan *side)
{
    return plan_touches(binder, subquery->plan, subquery->mark_condition, side);
}

/* Each goes to the side whose columns it uses, those of queries before it among them. False: one uses both sides, and
 * none is placed. */
static bool join_place_subqueries(Join *join)
{
    Binder *binder = join->from->binder;
    Plan *left = join->left.plan, *right = join->right.plan;
    for (size_t i = 0; i < join->subqueries.count; i++) {
        const Subquery *subquery = &join->subqueries.items[i];
        bool is_left = subquery_touches(binder, subquery, left);
        if (is_left && subquery_touches(binder, subquery, right))
            return false;
        Plan **side = is_left ? &left : &right;
        *side = subquery_attach(binder, *side, subquery);
    }
    join->left.plan = left;
    join->right.plan = right;
    return true;
}

/* A query that uses both sides: l LEFT JOIN r ON p becomes l LEFT JOIN LATERAL (SELECT * FROM r WHERE p) ON TRUE. */
static Plan *join_laterally(Join *join, Expr *const *conditions, size_t count)
{
    Binder *binder = join->from->binder;
    if (join->type == PLAN_JOIN_FULL)
        error_raise(ERROR_NOT_SUPPORTED, join->subqueries.items[0].position,
                    "a query in the ON of a FULL join that uses columns of both sides is not supported");
    bool is_right = join->type == PLAN_JOIN_RIGHT;
    Plan *left = is_right ? join->right.plan : join->left.plan;
    Plan *right = is_right ? join->left.plan : join->right.plan;
    for (size_t i = 0; i < join->subqueries.count; i++) {
        Subquery subquery = join->subqueries.items[i];
        subquery.is_dependent = plan_touches(binder, subquery.plan, NULL, right);
        right = subquery_attach(binder, right, &subquery);
    }
    right = plan_filter_new(binder->columns, right, conditions, count);
    PlanJoinType type = is_right ? PLAN_JOIN_LEFT : join->type;
    PlanJoin *plan = plan_join_new(binder->columns, type, left, right, NULL, 0);
    plan->is_dependent = true;
    return &plan->base;
}

/* ---- the join itself ---- */

/* An inner join's conditions with queries in them stand above it, and so do the queries. */
static Plan *join_below_filter(Join *join, Expr *const *conditions, size_t count)
{
    Binder *binder = join->from->binder;
    PlanJoin *plan = plan_join_new(binder->columns, PLAN_JOIN_INNER, join->left.plan, join->right.plan, NULL, 0);
    plan->is_dependent = join->is_dependent;
    Plan *top = subqueries_attach(binder, &plan->base, &join->subqueries);
    return plan_filter_new(binder->columns, top, conditions, count);
}

static Plan *join_plan(Join *join, Expr *const *conditions, size_t count)
{
    if (join->type == PLAN_JOIN_INNER && join->subqueries.count > 0)
        return join_below_filter(join, conditions, count);
    if (!join_place_subqueries(join))
        return join_laterally(join, conditions, count);
    PlanJoin *plan =
        plan_join_new(join->from->binder->columns, join->type, join->left.plan, join->right.plan, conditions, count);
    plan->is_dependent = join->is_dependent;
    return &plan->base;
}

static bool join_is_one_sided(const Join *join)
{
    return join->type == PLAN_JOIN_SEMI || join->type == PLAN_JOIN_ANTI;
}

static Relation join_on(Join *join)
{
    Binder *binder = join->from->binder;
    Relation both = join->left;
    relation_add_relation(binder, &both, &join->right, join->ref->position);
    Scope scope = {.parent = join->from->parent, .ctes = join->from->ctes, .relation = both};
    Place place = {.binder = binder, .scope = &scope, .clause = "JOIN conditions", .subqueries = &join->subqueries};
    Expr *condition = NULL;
    if (join->ref->join.on)
        condition = bind_condition(&place, join->ref->join.on, "JOIN/ON");
    Plan *plan = join_plan(join, &condition, condition != NULL);
    Relation joined = join_is_one_sided(join) ? join->left : both;
    joined.plan = plan;
    return joined;
}

/* ---- USING and NATURAL ---- */

typedef struct MergedColumn {
    const char *name;
    ColumnId left, right;
} MergedColumn;
typedef ARRAY(MergedColumn) MergedColumns;

static const ScopeColumn *using_column(const Join *join, const Relation *side, const char *side_name, StringView name,
                                       Position position)
{
    ptrdiff_t index = scope_find_column(&side->columns, name);
    if (index >= 0)
        return &side->columns.items[index];
    Binder *binder = join->from->binder;
    if (index == COLUMN_AMBIGUOUS)
        bind_error(binder, ERROR_AMBIGUOUS_COLUMN, position, NULL,
                   "column \"%.*s\" in USING is more than once in the %s table", VIEW_ARGUMENTS(name), side_name);
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < side->columns.count; i++)
        nearest_look(&nearest, view_of(side->columns.items[i].name));
    bind_error(binder, ERROR_UNDEFINED_COLUMN, position, binder_did_you_mean(binder, nearest.found),
               "column \"%.*s\" in USING does not exist in the %s table", VIEW_ARGUMENTS(name), side_name);
}

static void merged_add(const Join *join, MergedColumns *merged, StringView name, Position position)
{
    const ScopeColumn *left = using_column(join, &join->left, "left", name, position);
    const ScopeColumn *right = using_column(join, &join->right, "right", name, position);
    for (size_t i = 0; i < merged->count; i++)
        if (merged->items[i].left == left->column)
            bind_error(join->from->binder, ERROR_DUPLICATE_COLUMN, position, NULL,
                       "column \"%.*s\" is in USING more than once", VIEW_ARGUMENTS(name));
    MergedColumn column = {.name = left->name, .left = left->column, .right = right->column};
    array_add(join->from->binder->arena, merged, column);
}

static MergedColumns join_merged_columns(const Join *join)
{
    MergedColumns merged = {0};
    for (size_t i = 0; i < join->ref->join.using.count; i++) {
        const AstName *name = &join->ref->join.using.items[i];
        merged_add(join, &merged, name->text, name->position);
    }
    for (size_t i = 0; join->ref->join.is_natural && i < join->left.columns.count; i++) {
        StringView name = view_of(join->left.columns.items[i].name);
        if (scope_find_column(&join->right.columns, name) != COLUMN_NONE)
            merged_add(join, &merged, name, join->ref->position);
    }
    return merged;
}

/* What a merged column is: of an inner or left join the left one, of a right join the right one, if the types are the
 * same; else both taken together. */
static Expr *merged_expr(const Join *join, const MergedColumn *merged)
{
    Binder *binder = join->from->binder;
    Expr *sides[] = {plan_column_expr(binder->columns, merged->left, NO_POSITION),
                     plan_column_expr(binder->columns, merged->right, NO_POSITION)};
    bool is_untyped[] = {false, false};
    Type type = bind_convert_all(binder, sides, is_untyped, 2, "JOIN/USING");
    if (join->type == PLAN_JOIN_FULL)
        return expr_new(binder->arena, EXPR_COALESCE, type, sides, 2, NO_POSITION);
    return sides[join->type == PLAN_JOIN_RIGHT];
}

static Expr *merged_condition(const Join *join, const MergedColumn *merged)
{
    Binder *binder = join->from->binder;
    Position position = binder_at(binder, join->ref->position);
    return bind_binary_call(binder, AST_OPERATOR_EQUAL, plan_column_expr(binder->columns, merged->left, position),
                            false, plan_column_expr(binder->columns, merged->right, position), false, position);
}

/* Merged columns that are no plain column are computed in a Project above the join, beside all the others. */
static Plan *join_project_merged(const Join *join, Plan *plan, const MergedColumns *merged, ColumnId *ret_columns)
{
    Binder *binder = join->from->binder;
    size_t count = 0, had = plan->output_count;
    Expr **exprs = arena_array(binder->arena, Expr *, merged->count);
    const char **names = arena_array(binder->arena, const char *, merged->count);
    size_t *computed = arena_array(binder->arena, size_t, merged->count);
    for (size_t i = 0; i < merged->count; i++) {
        Expr *expr = merged_expr(join, &merged->items[i]);
        ret_columns[i] = expr->column;
        if (expr->kind == EXPR_COLUMN)
            continue;
        exprs[count] = expr;
        names[count] = merged->items[i].name;
        computed[count++] = i;
    }
    if (count == 0)
        return plan;
    plan = bind_project_more(binder, plan, exprs, names, count);
    for (size_t i = 0; i < count; i++)
        ret_columns[computed[i]] = plan->outputs[had + i];
    return plan;
}

static void relation_add_unmerged(Binder *binder, Relation *relation, const Relation *side, const MergedColumns *merged)
{
    for (size_t i = 0; i < side->columns.count; i++) {
        const ScopeColumn *column = &side->columns.items[i];
        bool is_merged = false;
        for (size_t j = 0; j < merged->count; j++)
            is_merged |= merged->items[j].left == column->column || merged->items[j].right == column->column;
        if (!is_merged)
            array_add(binder->arena, &relation->columns, *column);
    }
}

static Relation join_using(Join *join)
{
    Binder *binder = join->from->binder;
    MergedColumns merged = join_merged_columns(join);
    Expr **conditions = arena_array(binder->arena, Expr *, merged.count);
    for (size_t i = 0; i < merged.count; i++)
        conditions[i] = merged_condition(join, &merged.items[i]);
    Plan *plan = join_plan(join, conditions, merged.count);
    Relation joined = join->left;
    if (join_is_one_sided(join)) {
        joined.plan = plan;
        return joined;
    }
    relation_add_relation(binder, &joined, &join->right, join->ref->position);
    ColumnId *columns = arena_array(binder->arena, ColumnId, merged.count);
    joined.plan = join_project_merged(join, plan, &merged, columns);
    joined.columns.count = 0;
    joined.columns.items = NULL;
    joined.columns.capacity = 0;
    for (size_t i = 0; i < merged.count; i++) {
        ScopeColumn column = scope_column_new(merged.items[i].name, NULL, columns[i]);
        array_add(binder->arena, &joined.columns, column);
    }
    if (ast_name_is_given(&join->ref->join.using_alias)) { /* the merged columns alone */
        ScopeTable *table = arena_new(binder->arena, ScopeTable);
        table->name = view_of(binder_string(binder, join->ref->join.using_alias.text));
        table->columns = joined.columns;
        table->columns.capacity = table->columns.count; /* what is added below makes a copy */
        Relation alias = {0};
        array_add(binder->arena, &alias.tables, table);
        relation_add_relation(binder, &joined, &alias, join->ref->join.using_alias.position);
    }
    relation_add_unmerged(binder, &joined, &join->left, &merged);
    relation_add_unmerged(binder, &joined, &join->right, &merged);
    return joined;
}

/* ---- the entry ---- */

static PlanJoinType join_type(AstJoinKind kind)
{
    static const PlanJoinType types[] = {
        [AST_JOIN_INNER] = PLAN_JOIN_INNER,     [AST_JOIN_LEFT] = PLAN_JOIN_LEFT,
        [AST_JOIN_RIGHT] = PLAN_JOIN_RIGHT,     [AST_JOIN_FULL] = PLAN_JOIN_FULL,
        [AST_JOIN_CROSS] = PLAN_JOIN_INNER,     [AST_JOIN_SEMI] = PLAN_JOIN_SEMI,
        [AST_JOIN_ANTI] = PLAN_JOIN_ANTI,       [AST_JOIN_RIGHT_SEMI] = PLAN_JOIN_SEMI,
        [AST_JOIN_RIGHT_ANTI] = PLAN_JOIN_ANTI,
    };
    return types[kind];
}

static Relation join_relation(Join *join)
{
    const AstTableRef *ref = join->ref;
    return ref->join.is_natural || ref->join.using.count > 0 ? join_using(join) : join_on(join);
}

Relation relation_join(const From *from, const AstTableRef *ref, const Relation *left, const Relation *right)
{
    Join join = {.from = from, .ref = ref, .type = join_type(ref->join.kind), .left = *left, .right = *right};
    return join_relation(&join);
}

Relation bind_join(const From *from, const AstTableRef *ref, Scope *before)
{
    Join join = {.from = from, .ref = ref, .type = join_type(ref->join.kind)};
    join.left = bind_table_ref(from, ref->join.left, before);
    Scope lateral = {.parent = before, .ctes = from->ctes, .relation = join.left};
    join.right = bind_table_ref(from, ref->join.right, &lateral);
    join.is_dependent = lateral.outer_use_count > 0;
    if (join.is_dependent && (join.type == PLAN_JOIN_RIGHT || join.type == PLAN_JOIN_FULL))
        bind_error(from->binder, ERROR_SYNTAX, ref->position, "LATERAL goes with INNER and LEFT joins",
                   "the right side of a RIGHT or FULL join cannot use columns of the left one");
    if (ref->join.kind == AST_JOIN_RIGHT_SEMI || ref->join.kind == AST_JOIN_RIGHT_ANTI) {
        Relation left = join.left;
        join.left = join.right;
        join.right = left;
    }
    return join_relation(&join);
}
