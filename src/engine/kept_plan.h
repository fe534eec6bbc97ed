/* engine/kept_plan.h: the plan of a prepared statement, made once and run many times.
 *
 * Parameters and now() have no value in it: each execution reads them anew. It is good as long as the connection's
 * generation (what names mean, settings), the tables' epochs and the parameters' types are the same. Not every
 * statement has one: tables without an epoch must see the values while they plan, and so must LIMIT $1 and what else is
 * decided while planning (PlanColumns.is_momentary). */
#ifndef QUERN_ENGINE_KEPT_PLAN_H
#define QUERN_ENGINE_KEPT_PLAN_H

#include "engine/engine.h"

typedef struct KeptPlan KeptPlan;

/* In an arena of its own below `owner`; NULL: the statement cannot have one now. `outer_position`: as
 * BindEnvironment's. */
KeptPlan *kept_plan_new(Statement *statement, Arena *owner, const AstStatement *ast, const Position *outer_position);
bool kept_plan_is_good(const KeptPlan *plan, const QuernConnection *connection);
/* What the statement does, with the parameters as they are. */
BatchStream *kept_plan_run(Statement *statement, const KeptPlan *plan, const AstStatement *ast);
/* NULL is fine. */
void kept_plan_free(KeptPlan *plan);

#endif
