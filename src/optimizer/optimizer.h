/* optimizer/optimizer.h: a bound plan to a better plan with the same answer. optimizer.c lists the rules in order; each
 * stands in a file of its own. */
#ifndef QUERN_OPTIMIZER_OPTIMIZER_H
#define QUERN_OPTIMIZER_OPTIMIZER_H

#include "plan/plan.h"

/* Told of each rule that changed the plan, for EXPLAIN VERBOSE. */
typedef void (*OptimizerTrace)(void *user, const char *rule, const Plan *plan);

/* The plan to execute: subqueries decorrelated, every scan described by its provider. With SET optimizer = off only the
 * rules that execution cannot do without. The given plan is used up. `trace` may be NULL. */
Plan *optimizer_run(PlanColumns *columns, Plan *plan, OptimizerTrace trace, void *user);

#endif
