/* optimizer/choose_build_side.c: a hash join builds its table from the right side: so the smaller one goes there. */
#include "optimizer/rule.h"

static const double CLEARLY_SMALLER = 0.8; /* below that, keeping the written order is worth more */

/* Without a key every left row looks at right rows until one decides it; those would be looked at for all of them. */
static bool has_key(PlanColumns *columns, const PlanJoin *join)
{
    JoinKeys keys;
    join_keys_init(&keys);
    for (size_t i = 0; i < join->condition_count; i++)
        join_keys_add(columns, &keys, join->base.inputs[0], join->base.inputs[1], join->conditions[i]);
    return keys.count > 0;
}

/* What a semi join would write down of a side: the keys of the right one, all that is asked for of the left one. */
static double side_cells(const PlanJoin *join, size_t side)
{
    size_t columns = side == 0 ? join->base.output_count : join->condition_count;
    return join->base.inputs[side]->row_estimate * (double)(columns + 1);
}

static bool wants_exchange(PlanColumns *columns, const PlanJoin *join, PlanJoinType *ret_type)
{
    return plan_join_exchanged(join->type, ret_type) &&
           join->base.inputs[0]->row_estimate < join->base.inputs[1]->row_estimate * CLEARLY_SMALLER &&
           (!plan_join_marks_right(*ret_type) ||
            (side_cells(join, 0) < side_cells(join, 1) * CLEARLY_SMALLER && has_key(columns, join)));
}

static Plan *choose(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = plan_rewrite(columns, plan, plan->inputs[i], choose);
    PlanJoin *join = (PlanJoin *)plan;
    PlanJoinType exchanged;
    if (plan->kind == PLAN_JOIN && wants_exchange(columns, join, &exchanged)) {
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
