/* plan/plan_look.c: questions about plans: what a node gives, what it refers to, how large the tree is. */
#include "plan/plan.h"

static const char *const plan_kind_names[PLAN_KIND_COUNT] = {
#define PLAN_NAME(kind, name, type) [PLAN_##kind] = name,
    PLAN_KINDS(PLAN_NAME)
#undef PLAN_NAME
};

static const char *const plan_join_type_names[] = {
#define PLAN_JOIN_NAME(type, name) [PLAN_JOIN_##type] = name,
    PLAN_JOIN_TYPES(PLAN_JOIN_NAME)
#undef PLAN_JOIN_NAME
};

const char *plan_kind_name(PlanKind kind)
{
    return plan_kind_names[kind];
}

const char *plan_join_type_name(PlanJoinType type)
{
    return plan_join_type_names[type];
}

/* From the end: conditions are mostly about what was joined last. */
bool plan_has_output(const Plan *plan, ColumnId column)
{
    for (size_t i = plan->output_count; i > 0; i--)
        if (plan->outputs[i - 1] == column)
            return true;
    return false;
}

size_t plan_output_index(const Plan *plan, ColumnId column)
{
    for (size_t i = 0; i < plan->output_count; i++)
        if (plan->outputs[i] == column)
            return i;
    error_raise(ERROR_INTERNAL, NO_POSITION, "column #%u is not among the outputs of %s", column,
                plan_kind_name(plan->kind));
}

/* ---- which inputs' order is seen ---- */

bool plan_aggregate_heeds_order(const PlanAggregate *aggregate)
{
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if ((aggregate->aggregates[i].aggregate->flags & AGGREGATE_ORDER_MATTERS))
            return true;
    return false;
}

bool plan_join_exchanged(PlanJoinType type, PlanJoinType *ret_type)
{
    switch (type) {
    case PLAN_JOIN_INNER:
    case PLAN_JOIN_FULL:
        *ret_type = type;
        return true;
    case PLAN_JOIN_LEFT:
        *ret_type = PLAN_JOIN_RIGHT;
        return true;
    case PLAN_JOIN_RIGHT:
        *ret_type = PLAN_JOIN_LEFT;
        return true;
    case PLAN_JOIN_SEMI:
        *ret_type = PLAN_JOIN_RIGHT_SEMI;
        return true;
    case PLAN_JOIN_ANTI:
        *ret_type = PLAN_JOIN_RIGHT_ANTI;
        return true;
    default:
        return false;
    }
}

bool plan_input_order_matters(const Plan *plan, size_t input_index, bool order_matters)
{
    switch (plan->kind) {
    case PLAN_AGGREGATE:
        return plan_aggregate_heeds_order((const PlanAggregate *)plan);
    case PLAN_JOIN:
        if (plan_join_marks_right(((const PlanJoin *)plan)->type))
            return input_index == 1 && order_matters && ((const PlanJoin *)plan)->keeps_order;
        return input_index == 0 && order_matters;
    case PLAN_SET:
        return (((const PlanSet *)plan)->operator== PLAN_UNION || input_index == 0) && order_matters;
    case PLAN_DISTINCT: /* DISTINCT ON takes the first */
        return order_matters || ((const PlanDistinct *)plan)->key_count < plan->output_count;
    case PLAN_CTE:
        return input_index == 0 || order_matters;
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_UNFOLD:
    case PLAN_UNPIVOT:
    case PLAN_SPREAD:
        return order_matters;
    default:
        return true;
    }
}

/* ---- column sets ---- */

enum { WORD_BITS = 64 };

ColumnSet column_set_in(Arena *arena)
{
    return (ColumnSet){.arena = arena};
}

void column_set_add(ColumnSet *set, ColumnId column)
{
    size_t word = column / WORD_BITS;
    if (word >= set->word_count) {
        size_t word_count = word + 1 > 2 * set->word_count ? word + 1 : 2 * set->word_count;
        uint64_t *words = arena_allocate_zero(set->arena, word_count * sizeof *words);
        if (set->word_count > 0)
            memcpy(words, set->words, set->word_count * sizeof *words);
        set->words = words;
        set->word_count = word_count;
    }
    set->words[word] |= (uint64_t)1 << column % WORD_BITS;
}

bool column_set_has(const ColumnSet *set, ColumnId column)
{
    size_t word = column / WORD_BITS;
    return word < set->word_count && (set->words[word] >> column % WORD_BITS & 1);
}

static bool column_set_visit(void *user, const Expr *expr)
{
    if (expr->kind == EXPR_COLUMN)
        column_set_add(user, expr->column);
    return true;
}

void column_set_add_expr(ColumnSet *set, const Expr *expr)
{
    expr_walk(expr, column_set_visit, set);
}

void column_set_add_outputs(ColumnSet *set, const Plan *plan)
{
    for (size_t i = 0; i < plan->output_count; i++)
        column_set_add(set, plan->outputs[i]);
}

/* ---- expressions and plans ---- */

typedef struct ColumnSearch {
    const Plan *plan;
    bool wants_inner; /* a column of the plan is looked for, or one that is not of it */
    bool is_found;
} ColumnSearch;

static bool column_search_visit(void *user, const Expr *expr)
{
    ColumnSearch *search = user;
    if (expr->kind == EXPR_COLUMN && !search->is_found)
        search->is_found = plan_has_output(search->plan, expr->column) == search->wants_inner;
    return !search->is_found;
}

static bool column_search(const Expr *expr, const Plan *plan, bool wants_inner)
{
    ColumnSearch search = {.plan = plan, .wants_inner = wants_inner};
    expr_walk(expr, column_search_visit, &search);
    return search.is_found;
}

bool expr_is_within(const Expr *expr, const Plan *plan)
{
    return !column_search(expr, plan, /* wants_inner= */ false);
}

bool expr_touches(const Expr *expr, const Plan *plan)
{
    return column_search(expr, plan, /* wants_inner= */ true);
}

typedef struct SideSearch {
    const Plan *left, *right;
    unsigned sides;
} SideSearch;

static bool side_search_visit(void *user, const Expr *expr)
{
    SideSearch *search = user;
    if (expr->kind == EXPR_COLUMN)
        search->sides |= plan_has_output(search->right, expr->column)  ? REFERS_RIGHT
                         : plan_has_output(search->left, expr->column) ? REFERS_LEFT
                                                                       : REFERS_ELSEWHERE;
    return true;
}

unsigned expr_sides(const Expr *expr, const Plan *left, const Plan *right)
{
    SideSearch search = {.left = left, .right = right};
    expr_walk(expr, side_search_visit, &search);
    return search.sides;
}

typedef void (*ExprVisit)(void *user, Expr **slot);

static void exprs_visit(Expr **exprs, size_t count, ExprVisit visit, void *user)
{
    for (size_t i = 0; i < count; i++)
        visit(user, &exprs[i]);
}

static void aggregate_visit(PlanAggregate *aggregate, ExprVisit visit, void *user)
{
    exprs_visit(aggregate->groups, aggregate->group_count, visit, user);
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        AggregateCall *call = &aggregate->aggregates[i];
        exprs_visit(call->arguments, call->argument_count, visit, user);
        exprs_visit(call->order_keys, call->order_count, visit, user);
        if (call->filter)
            visit(user, &call->filter);
    }
}

static void join_visit(PlanJoin *join, ExprVisit visit, void *user)
{
    exprs_visit(join->conditions, join->condition_count, visit, user);
    if (join->mark_condition)
        visit(user, &join->mark_condition);
}

static void window_visit(PlanWindow *window, ExprVisit visit, void *user)
{
    exprs_visit(window->partition, window->partition_count, visit, user);
    exprs_visit(window->keys, window->key_count, visit, user);
    for (size_t i = 0; i < window->call_count; i++)
        window_call_each_expr(&window->calls[i], visit, user);
}

void plan_each_expr(Plan *plan, ExprVisit visit, void *user)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        for (size_t i = 0; i < ((PlanScan *)plan)->filters.count; i++)
            visit(user, &((PlanScan *)plan)->filters.items[i].filter);
        break;
    case PLAN_VALUES:
        exprs_visit(((PlanValues *)plan)->cells, ((PlanValues *)plan)->row_count * plan->output_count, visit, user);
        break;
    case PLAN_FILTER:
        exprs_visit(((PlanFilter *)plan)->conditions, ((PlanFilter *)plan)->condition_count, visit, user);
        break;
    case PLAN_PROJECT:
        exprs_visit(((PlanProject *)plan)->exprs, plan->output_count, visit, user);
        break;
    case PLAN_JOIN:
        join_visit((PlanJoin *)plan, visit, user);
        break;
    case PLAN_AGGREGATE:
        aggregate_visit((PlanAggregate *)plan, visit, user);
        break;
    case PLAN_WINDOW:
        window_visit((PlanWindow *)plan, visit, user);
        break;
    case PLAN_UNFOLD:
        for (size_t i = 0; i < ((PlanUnfold *)plan)->call_count; i++) {
            const SetCall *call = &((PlanUnfold *)plan)->calls[i];
            exprs_visit(call->arguments, call->argument_count, visit, user);
        }
        break;
    case PLAN_UNPIVOT: {
        const PlanUnpivot *unpivot = (PlanUnpivot *)plan;
        exprs_visit(unpivot->values, unpivot->name_count * unpivot->value_count, visit, user);
        break;
    }
    case PLAN_SORT:
        exprs_visit(((PlanSort *)plan)->keys, ((PlanSort *)plan)->key_count, visit, user);
        break;
    case PLAN_INSERT:
        exprs_visit(((PlanInsert *)plan)->checks, ((PlanInsert *)plan)->check_count, visit, user);
        break;
    case PLAN_CHANGE:
        exprs_visit(((PlanChange *)plan)->checks, ((PlanChange *)plan)->check_count, visit, user);
        if (((PlanChange *)plan)->values)
            exprs_visit(((PlanChange *)plan)->values, ((PlanChange *)plan)->column_count, visit, user);
        break;
    case PLAN_DISTINCT:
    case PLAN_LIMIT:
    case PLAN_SET:
    case PLAN_CTE:
    case PLAN_RECURSIVE:
    case PLAN_CTE_SCAN:
    case PLAN_GATHER:
    case PLAN_SPREAD:
    case PLAN_KIND_COUNT:
        break;
    }
}

static void note_volatile(void *user, Expr **slot)
{
    *(bool *)user |= expr_is_volatile(*slot);
}

bool plan_node_is_volatile(Plan *plan)
{
    bool is_volatile = false;
    plan_each_expr(plan, note_volatile, &is_volatile);
    return is_volatile;
}

bool plan_is_volatile(Plan *plan)
{
    bool is_volatile = plan_node_is_volatile(plan);
    for (size_t i = 0; i < plan->input_count && !is_volatile; i++)
        is_volatile = plan_is_volatile(plan->inputs[i]);
    return is_volatile;
}

static void column_set_add_slot(void *user, Expr **slot)
{
    column_set_add_expr(user, *slot);
}

void column_set_add_used(ColumnSet *set, Plan *plan)
{
    plan_each_expr(plan, column_set_add_slot, set);
    for (size_t i = 0; i < plan->input_count; i++)
        column_set_add_used(set, plan->inputs[i]);
}

/* ---- size ---- */

static void plan_number_from(Plan *plan, size_t *next)
{
    plan->id = (*next)++;
    for (size_t i = 0; i < plan->input_count; i++)
        plan_number_from(plan->inputs[i], next);
}

size_t plan_number(Plan *plan)
{
    size_t count = 0;
    plan_number_from(plan, &count);
    return count;
}

void plan_check_depth(Arena *arena, const Plan *plan)
{
    typedef struct Visit {
        const Plan *plan;
        size_t depth;
    } Visit;
    ARRAY(Visit) stack = {0};
    array_add(arena, &stack, ((Visit){plan, 1}));
    while (stack.count > 0) {
        Visit visit = stack.items[--stack.count];
        if (visit.depth > PLAN_DEPTH_LIMIT)
            error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "the query's plan is more than %d steps deep",
                        PLAN_DEPTH_LIMIT);
        for (size_t i = 0; i < visit.plan->input_count; i++)
            array_add(arena, &stack, ((Visit){visit.plan->inputs[i], visit.depth + 1}));
    }
}
