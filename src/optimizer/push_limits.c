/* optimizer/push_limits.c: a Limit tells what is below it how many rows are enough. It stays itself: what is told is a
 * wish. OFFSET + LIMIT goes through Project, to the preserved side of outer joins, into every arm of UNION ALL, makes a
 * Sort a top-N, and reaches a scan only when no filter stands between. */
#include "optimizer/rule.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Where rows are kept one to one, the input is limited too. */
static Plan *limited(PlanColumns *columns, Plan *plan, size_t limit)
{
    if (plan->kind == PLAN_LIMIT && ((PlanLimit *)plan)->limit <= limit)
        return plan;
    return plan->kind == PLAN_SCAN ? plan : &plan_limit_new(columns, plan, 0, limit)->base;
}

static void want(PlanColumns *columns, Plan *plan, size_t limit)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        ((PlanScan *)plan)->limit = smaller(((PlanScan *)plan)->limit, limit);
        break;
    case PLAN_SORT: {
        PlanSort *sort = (PlanSort *)plan;
        sort->limit = smaller(sort->limit, limit);
        break;
    }
    case PLAN_PROJECT:
        want(columns, plan->inputs[0], limit);
        break;
    case PLAN_LIMIT: {
        const PlanLimit *inner = (PlanLimit *)plan;
        size_t sum;
        if (!__builtin_add_overflow(smaller(limit, inner->limit), inner->offset, &sum))
            want(columns, plan->inputs[0], sum);
        break;
    }
    case PLAN_CTE:
        want(columns, plan->inputs[1], limit);
        break;
    case PLAN_SET:
        if (((PlanSet *)plan)->operator!= PLAN_UNION)
            break;
        for (size_t i = 0; i < plan->input_count; i++) {
            want(columns, plan->inputs[i], limit);
            plan->inputs[i] = limited(columns, plan->inputs[i], limit);
        }
        break;
    case PLAN_JOIN: {
        PlanJoinType type = ((PlanJoin *)plan)->type;
        size_t preserved = type == PLAN_JOIN_RIGHT;
        if (type == PLAN_JOIN_LEFT || type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_MARK || type == PLAN_JOIN_SINGLE) {
            want(columns, plan->inputs[preserved], limit);
            plan->inputs[preserved] = limited(columns, plan->inputs[preserved], limit);
        }
        break;
    }
    default:
        break;
    }
}

/* A Limit of a Limit is one: of the rows that the inner one leaves, those that the outer one takes. */
static void merge_limits(PlanLimit *outer)
{
    while (outer->base.inputs[0]->kind == PLAN_LIMIT) {
        const PlanLimit *inner = (PlanLimit *)outer->base.inputs[0];
        size_t offset, left = inner->limit;
        if (__builtin_add_overflow(inner->offset, outer->offset, &offset))
            return;
        if (left != NO_LIMIT)
            left -= smaller(left, outer->offset);
        outer->limit = smaller(outer->limit, left);
        outer->offset = offset;
        outer->base.inputs[0] = inner->base.inputs[0];
    }
}

static Plan *push_limits(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_LIMIT) {
        PlanLimit *limit = (PlanLimit *)plan;
        size_t sum;
        merge_limits(limit);
        if (limit->limit == 0)
            return plan_empty(columns, plan->outputs, plan->output_count);
        if (limit->limit != NO_LIMIT && !__builtin_add_overflow(limit->limit, limit->offset, &sum))
            want(columns, plan->inputs[0], sum);
    }
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = push_limits(columns, plan->inputs[i]);
    return plan;
}

Plan *rule_push_limits(PlanColumns *columns, Plan *plan)
{
    plan = push_limits(columns, plan);
    plan_estimate(columns, plan); /* limits make fewer rows of many */
    return plan;
}
