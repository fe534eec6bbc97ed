/* optimizer/optimizer.c: the rules, in order. */
#include "optimizer/optimizer.h"

#include "optimizer/rule.h"

static const struct {
    const char *name;
    Rule rule;
    bool is_needed; /* execution cannot do without it */
} rules[] = {
    {"simplify expressions", rule_simplify, false},
    {"push filters down", rule_push_filters, false}, /* first, so that a subquery is freed from few rows */
    {"decorrelate subqueries", rule_decorrelate, true},
    {"push freed filters down", rule_push_freed_filters, false},
    {"infer filters", rule_infer_filters, false},
    {"filter kept queries", rule_filter_kept_queries, false},
    {"drop groups of one row", rule_drop_groups, false},
    {"try filters on samples", rule_sample_filters, false},
    {"order joins", rule_order_joins, false},
    {"offer filters to providers", rule_offer_filters, false},
    {"hand changes over to providers", rule_hand_over_changes, true},
    {"split grouping sets", rule_split_sets, false},
    {"compute below joins", rule_compute_early, false},
    {"prune columns", rule_prune_columns, false},
    {"join partitions", rule_join_partitions, false},
    {"choose build sides", rule_choose_build_side, false},
    {"push limits down", rule_push_limits, false},
    {"limit partitions", rule_limit_partitions, false},
    {"answer from statistics", rule_answer_from_statistics, false},
    {"factor sums", rule_factor_sums, false},
    {"wish for orders", rule_wish_orders, false},
    {"keep what a recursion repeats", rule_keep_invariants, true},
    {"carry places", rule_carry_places, true},
    {"place dynamic filters", rule_place_dynamic_filters, false},
    {"describe scans", rule_describe_scans, true}, /* once: scan is called there */
    {"sort first rows", rule_sort_firsts, false},
    {"run in parallel", rule_place_gathers, false},
    {"narrow joins", rule_narrow_joins, false},
};

static const char *plan_text(PlanColumns *columns, const Plan *plan)
{
    Text text = text_in(columns->arena);
    plan_print(columns, plan, &(PlanPrintOptions){.is_verbose = true}, &text);
    return text_string(&text);
}

static TableProvider *written_table(const Plan *plan)
{
    while (plan->kind == PLAN_PROJECT) /* of RETURNING */
        plan = plan->inputs[0];
    if (plan->kind == PLAN_INSERT)
        return ((const PlanInsert *)plan)->table;
    return plan->kind == PLAN_CHANGE ? ((const PlanChange *)plan)->table : NULL;
}

Plan *optimizer_run(PlanColumns *columns, Plan *plan, OptimizerTrace trace, void *user)
{
    columns->written = written_table(plan);
    const char *before = trace ? plan_text(columns, plan) : NULL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const Settings *settings = columns->context->settings;
        if (!rules[i].is_needed && (!settings->optimizer || settings->skip_rule == i + 1))
            continue;
        context_check(columns->context);
        plan = rules[i].rule(columns, plan);
        if (trace == NULL)
            continue;
        const char *after = plan_text(columns, plan);
        if (strcmp(before, after) != 0)
            trace(user, rules[i].name, plan);
        before = after;
    }
    plan_number(plan); /* finished: operators keep their counts by these numbers */
    return plan;
}
