/* exec/keepers.h: among how many operators the memory for kept rows is divided: those that keep some at the same time.
 */
#ifndef QUERN_EXEC_KEEPERS_H
#define QUERN_EXEC_KEEPERS_H

#include "plan/plan.h"

/* By Plan.id, for each operator that keeps rows: the most that keep some while it does, itself included; at least 1. */
size_t *keepers_count(Arena *arena, const Plan *plan, size_t node_count);
/* Whether it reads its input to the end, then gives rows. */
bool plan_keeps_all(const Plan *plan);

#endif
