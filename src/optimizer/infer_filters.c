/* optimizer/infer_filters.c: conditions that follow from others, so that each side of a join is read as narrowly as the
 * other one.
 *
 *   a.id = b.id, and every a.id is above 5          so is every b.id that finds a partner
 *   (a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)  so a.x IN (1, 3), and b.y IN (2, 4)
 *
 * They become filters on the side, and go down from there as any other (push_filters). */
#include "base/array.h"
#include "expr/function.h"
#include "optimizer/rule.h"

enum {
    MOST_ROUNDS = 4,  /* what follows may let more follow: a chain of joins takes a round for a few of them */
    MOST_KNOWN = 100, /* conditions that are looked at for a side: each is compared with each */
    MOST_ARMS = 64,
};

typedef ARRAY(Expr *) Conditions;

typedef struct Inference {
    PlanColumns *columns;
    bool has_changed;
} Inference;

/* ---- what holds for every row of a plan ---- */

/* Whether it compares one column with constants, in a way that cannot tell equal values apart. Sets *ret_column. */
static bool is_about_one_value(const Expr *condition, ColumnId *ret_column, bool *ret_has_column)
{
    static const char *const names[] = {"=", "<>", "<", "<=", ">", ">=", "~~", "!~~"};
    bool is_known = condition->kind != EXPR_CALL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !is_known; i++)
        is_known = strcmp(condition->function->name, names[i]) == 0;
    switch (condition->kind) {
    case EXPR_CONSTANT:
    case EXPR_PARAMETER:
        return true;
    case EXPR_COLUMN:
        if (*ret_has_column && *ret_column != condition->column)
            return false;
        *ret_column = condition->column;
        return *ret_has_column = true;
    case EXPR_CALL:
    case EXPR_IN:
    case EXPR_AND:
    case EXPR_OR:
        for (size_t i = 0; i < condition->argument_count && is_known; i++)
            is_known = is_about_one_value(condition->arguments[i], ret_column, ret_has_column);
        return is_known;
    default:
        return false;
    }
}

static bool conditions_have(const Conditions *conditions, const Expr *condition)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (expr_equal(conditions->items[i], condition))
            return true;
    return false;
}

static void known_add(Inference *self, Conditions *known, Expr *condition)
{
    ColumnId column;
    bool has_column = false;
    if (known->count < MOST_KNOWN && is_about_one_value(condition, &column, &has_column) && has_column &&
        !expr_can_fail(condition))
        array_add(self->columns->arena, known, condition);
}

static void known_of(Inference *self, const Plan *plan, Conditions *known);

/* Of what is known below a node that renames columns: what is about those that it hands on. */
static void known_through(Inference *self, const Plan *plan, Expr *const *exprs, size_t count, Conditions *known)
{
    Conditions below = {0};
    known_of(self, plan->inputs[0], &below);
    for (size_t i = 0; i < below.count; i++) {
        ColumnId column;
        bool has_column = false;
        if (!is_about_one_value(below.items[i], &column, &has_column))
            continue;
        for (size_t output = 0; output < count; output++) {
            if (exprs[output]->kind != EXPR_COLUMN || exprs[output]->column != column)
                continue;
            Expr *renamed = plan_column_expr(self->columns, plan->outputs[output], NO_POSITION);
            known_add(self, known, expr_substitute(self->columns->arena, below.items[i], &column, &renamed, 1));
        }
    }
}

static void known_of_join(Inference *self, const PlanJoin *join, Conditions *known)
{
    if (join->type != PLAN_JOIN_RIGHT && join->type != PLAN_JOIN_FULL)
        known_of(self, join->base.inputs[0], known);
    if (join->type == PLAN_JOIN_INNER || join->type == PLAN_JOIN_RIGHT)
        known_of(self, join->base.inputs[1], known);
}

static void known_of(Inference *self, const Plan *plan, Conditions *known)
{
    switch (plan->kind) {
    case PLAN_FILTER: {
        const PlanFilter *filter = (const PlanFilter *)plan;
        for (size_t i = 0; i < filter->condition_count; i++)
            known_add(self, known, filter->conditions[i]);
        known_of(self, plan->inputs[0], known);
        break;
    }
    case PLAN_SORT:
    case PLAN_LIMIT:
    case PLAN_DISTINCT:
    case PLAN_WINDOW:
        known_of(self, plan->inputs[0], known);
        break;
    case PLAN_CTE:
        known_of(self, plan->inputs[1], known);
        break;
    case PLAN_PROJECT:
        known_through(self, plan, ((const PlanProject *)plan)->exprs, plan->output_count, known);
        break;
    case PLAN_AGGREGATE:
        if (((const PlanAggregate *)plan)->set_count == 0)
            known_through(self, plan, ((const PlanAggregate *)plan)->groups, ((const PlanAggregate *)plan)->group_count,
                          known);
        break;
    case PLAN_JOIN:
        known_of_join(self, (const PlanJoin *)plan, known);
        break;
    default:
        break;
    }
}

/* ---- what follows for one side ---- */

/* The columns that an equality holds equal, `side` being that of the second; false when it is none. */
static bool equal_columns(const Plan *from, const Plan *to, const Expr *condition, ColumnId *ret_from, ColumnId *ret_to)
{
    if (condition->kind != EXPR_CALL || condition->argument_count != 2 || strcmp(condition->function->name, "=") != 0)
        return false;
    for (size_t i = 0; i < 2; i++) {
        const Expr *first = condition->arguments[i], *second = condition->arguments[1 - i];
        if (first->kind != EXPR_COLUMN || second->kind != EXPR_COLUMN || !type_equal(first->type, second->type) ||
            !plan_has_output(from, first->column) || !plan_has_output(to, second->column))
            continue;
        *ret_from = first->column;
        *ret_to = second->column;
        return true;
    }
    return false;
}

static void infer_from_equality(Inference *self, const Conditions *known, ColumnId from, ColumnId to,
                                Conditions *inferred)
{
    Expr *other = plan_column_expr(self->columns, to, NO_POSITION);
    for (size_t i = 0; i < known->count; i++) {
        ColumnId column;
        bool has_column = false;
        if (is_about_one_value(known->items[i], &column, &has_column) && column == from)
            array_add(self->columns->arena, inferred,
                      expr_substitute(self->columns->arena, known->items[i], &from, &other, 1));
    }
}

Expr *expr_arms_part(PlanColumns *columns, const Expr *condition, bool (*is_part)(const void *user, const Expr *part),
                     const void *user)
{
    Arena *arena = columns->arena;
    Conditions arms = {0};
    if (condition->kind != EXPR_OR || condition->argument_count > MOST_ARMS || expr_can_fail(condition) ||
        expr_is_volatile(condition))
        return NULL;
    for (size_t a = 0; a < condition->argument_count; a++) {
        Expr *arm = condition->arguments[a];
        Conditions parts = {0};
        size_t count = arm->kind == EXPR_AND ? arm->argument_count : 1;
        for (size_t i = 0; i < count; i++) {
            Expr *part = arm->kind == EXPR_AND ? arm->arguments[i] : arm;
            if (is_part(user, part))
                array_add(arena, &parts, part);
        }
        if (parts.count == 0)
            return NULL;
        array_add(arena, &arms, expr_junction(arena, EXPR_AND, parts.items, parts.count, NO_POSITION));
    }
    return expr_simplify(columns, expr_junction(arena, EXPR_OR, arms.items, arms.count, NO_POSITION));
}

static bool part_is_of_side(const void *side, const Expr *part)
{
    return expr_touches(part, side) && expr_is_within(part, side);
}

static void infer_from_arms(Inference *self, const Expr *condition, const Plan *side, Conditions *inferred)
{
    Expr *part =
        expr_is_within(condition, side) ? NULL : expr_arms_part(self->columns, condition, part_is_of_side, side);
    if (part)
        array_add(self->columns->arena, inferred, part);
}

/* Filters the side by what follows for it from the join's conditions and from what is known of the other one. */
static void infer_side(Inference *self, PlanJoin *join, size_t side)
{
    Plan *from = join->base.inputs[1 - side], *to = join->base.inputs[side];
    Conditions known = {0}, there = {0}, inferred = {0}, news = {0};
    known_of(self, from, &known);
    for (size_t i = 0; i < join->condition_count; i++) {
        ColumnId from_column, to_column;
        if (equal_columns(from, to, join->conditions[i], &from_column, &to_column))
            infer_from_equality(self, &known, from_column, to_column, &inferred);
        infer_from_arms(self, join->conditions[i], to, &inferred);
    }
    if (inferred.count == 0)
        return;
    known_of(self, to, &there);
    if (to->kind == PLAN_FILTER) /* what is of several columns, too */
        for (size_t i = 0; i < ((PlanFilter *)to)->condition_count; i++)
            array_add(self->columns->arena, &there, ((PlanFilter *)to)->conditions[i]);
    for (size_t i = 0; i < inferred.count; i++)
        if (!conditions_have(&there, inferred.items[i]) && !conditions_have(&news, inferred.items[i]))
            array_add(self->columns->arena, &news, inferred.items[i]);
    self->has_changed |= news.count > 0;
    join->base.inputs[side] = plan_filter_new(self->columns, to, news.items, news.count);
}

static void infer(Inference *self, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        infer(self, plan->inputs[i]);
    if (plan->kind != PLAN_JOIN || ((PlanJoin *)plan)->is_dependent)
        return;
    PlanJoin *join = (PlanJoin *)plan;
    /* a side may be narrowed where a row of it that finds no partner gives nothing */
    if (join->type != PLAN_JOIN_RIGHT && join->type != PLAN_JOIN_FULL)
        infer_side(self, join, 1);
    if (join->type == PLAN_JOIN_INNER || join->type == PLAN_JOIN_RIGHT || join->type == PLAN_JOIN_SEMI)
        infer_side(self, join, 0);
}

Plan *rule_infer_filters(PlanColumns *columns, Plan *plan)
{
    Inference self = {columns, true};
    for (size_t round = 0; round < MOST_ROUNDS && self.has_changed; round++) {
        self.has_changed = false;
        infer(&self, plan);
        if (self.has_changed)
            plan = rule_push_filters(columns, plan);
    }
    return plan;
}
