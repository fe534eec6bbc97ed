/* optimizer/choose_build_side.c: a hash join builds its table from the right side: so the smaller one goes there. */
#include "optimizer/rule.h"

static const double CLEARLY_SMALLER = 0.8; /* below that, keeping the written order is worth more */

/* The join type that gives the same rows with the sides exchanged; false when there is none. */
static bool type_with_sides_exchanged(PlanJoinType type, PlanJoinType *ret_type)
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
    default:
        return false;
    }
}

static Plan *choose(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = plan_rewrite(columns, plan, plan->inputs[i], choose);
    PlanJoin *join = (PlanJoin *)plan;
    PlanJoinType exchanged;
    if (plan->kind == PLAN_JOIN && type_with_sides_exchanged(join->type, &exchanged) &&
        plan->inputs[0]->row_estimate < plan->inputs[1]->row_estimate * CLEARLY_SMALLER) {
        Plan *left = plan->inputs[0];
        plan->inputs[0] = plan->inputs[1];
        plan->inputs[1] = left;
        join->type = exchanged;
    }
    plan_refresh_outputs(columns, plan);
    return plan;
}

Plan *rule_choose_build_side(PlanColumns *columns, Plan *plan)
{
    plan_estimate(columns, plan);
    return plan_rewrite(columns, NULL, plan, choose);
}
