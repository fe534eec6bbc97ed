/* exec/keepers.c: among how many operators the memory for kept rows is divided.
 *
 * Operators run in phases. Who reads its input to the end keeps rows beside those below that keep some while they give
 * theirs; when it gives rows itself, they have given their memory back.
 *
 *     Sort                   reading: Sort, Join                   giving: Sort
 *      └ Join                reading its right side: Join, Sort    its left one: Join, Aggregate
 *         ├ Aggregate        reading: Aggregate
 *         └ Sort
 *
 * At most two of these four keep rows at the same time, so each may take half of the memory. */
#include "exec/keepers.h"

#include "exec/exec.h"

/* How many operators in a part of the plan keep rows at once. */
typedef struct KeeperCount {
    size_t most;   /* at any time */
    size_t giving; /* from its first row on */
} KeeperCount;

typedef struct Keepers {
    KeeperCount *counts; /* by Plan.id */
    size_t *among;
} Keepers;

/* How an operator keeps rows, if it does. */
typedef enum Keeping {
    KEEPS_NONE,  /* its inputs are read one after the other */
    KEEPS_ALL,   /* reads its input to the end, then gives rows */
    KEEPS_SEEN,  /* gives rows while it reads its input */
    KEEPS_TABLE, /* reads its right input to the end, then gives rows while it reads the left one */
    KEEPS_BESIDE /* reads its inputs in any order */
} Keeping;

static Keeping plan_keeping(const Plan *plan)
{
    switch (plan->kind) {
    case PLAN_AGGREGATE:
    case PLAN_SORT:
    case PLAN_WINDOW:
        return KEEPS_ALL;
    case PLAN_DISTINCT:
    case PLAN_CHANGE: /* keys that came before; a table in memory, the new rows */
    case PLAN_INSERT:
        return KEEPS_SEEN;
    case PLAN_JOIN:
        return KEEPS_TABLE;
    case PLAN_SET:
        return ((const PlanSet *)plan)->operator== PLAN_UNION ? KEEPS_NONE : KEEPS_TABLE;
    case PLAN_CTE:
    case PLAN_RECURSIVE:
        return KEEPS_BESIDE;
    default:
        return KEEPS_NONE;
    }
}

bool plan_keeps_all(const Plan *plan)
{
    return plan_keeping(plan) == KEEPS_ALL;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static KeeperCount input_count(const Keepers *keepers, const Plan *plan, size_t input_index)
{
    return input_index < plan->input_count ? keepers->counts[plan->inputs[input_index]->id] : (KeeperCount){0, 0};
}

/* ---- from the leaves up ---- */

static KeeperCount count_in_turn(const Keepers *keepers, const Plan *plan)
{
    KeeperCount count = input_count(keepers, plan, 0);
    for (size_t i = 1; i < plan->input_count; i++) {
        size_t most = input_count(keepers, plan, i).most;
        count = (KeeperCount){larger(count.most, most), larger(count.giving, most)};
    }
    return count;
}

static KeeperCount count_beside(const Keepers *keepers, const Plan *plan)
{
    size_t most = 1;
    for (size_t i = 0; i < plan->input_count; i++)
        most += input_count(keepers, plan, i).most;
    return (KeeperCount){most, most};
}

static KeeperCount plan_count(const Keepers *keepers, const Plan *plan)
{
    KeeperCount left = input_count(keepers, plan, 0), right = input_count(keepers, plan, 1);
    switch (plan_keeping(plan)) {
    case KEEPS_ALL:
        return (KeeperCount){larger(left.most, left.giving + 1), 1};
    case KEEPS_SEEN:
        return (KeeperCount){larger(left.most, left.giving + 1), left.giving + 1};
    case KEEPS_TABLE:
        return (KeeperCount){larger(right.most, larger(right.giving, left.most) + 1), left.giving + 1};
    case KEEPS_BESIDE:
        return count_beside(keepers, plan);
    default:
        return count_in_turn(keepers, plan);
    }
}

static void count_below(Keepers *keepers, const Plan *plan, size_t depth)
{
    for (size_t i = 0; i < plan->input_count && depth < EXECUTION_MAX_DEPTH; i++)
        count_below(keepers, plan->inputs[i], depth + 1);
    keepers->counts[plan->id] = plan_count(keepers, plan);
}

/* ---- from the root down ---- */

/* Besides the node and what is below it, `before` keep rows until it gives its first one, and `after`, which are no
 * fewer, from then on. */
static void divide_below(Keepers *keepers, const Plan *plan, size_t depth, size_t before, size_t after)
{
    KeeperCount own = keepers->counts[plan->id];
    KeeperCount left = input_count(keepers, plan, 0), right = input_count(keepers, plan, 1);
    size_t left_before = before, left_after = after, right_before = after, right_after = after;
    switch (plan_keeping(plan)) {
    case KEEPS_ALL:
        keepers->among[plan->id] = larger(before + left.giving, after) + 1;
        left_after = before + 1;
        break;
    case KEEPS_SEEN:
        keepers->among[plan->id] = after + left.giving + 1;
        left_after = after + 1;
        break;
    case KEEPS_TABLE:
        keepers->among[plan->id] = larger(before + larger(right.giving, left.most), after + left.giving) + 1;
        left_before = before + 1;
        left_after = after + 1;
        right_before = before;
        right_after = before + 1;
        break;
    case KEEPS_BESIDE:
        keepers->among[plan->id] = after + own.most;
        left_before = left_after = after + own.most - left.most;
        right_before = right_after = after + own.most - right.most;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < plan->input_count && depth < EXECUTION_MAX_DEPTH; i++)
        divide_below(keepers, plan->inputs[i], depth + 1, i == 0 ? left_before : right_before,
                     i == 0 ? left_after : right_after);
}

size_t *keepers_count(Arena *arena, const Plan *plan, size_t node_count)
{
    Keepers keepers = {arena_array(arena, KeeperCount, node_count), arena_array(arena, size_t, node_count)};
    for (size_t i = 0; i < node_count; i++)
        keepers.among[i] = 1;
    count_below(&keepers, plan, /* depth= */ 1); /* what stands too deep is refused when it is made */
    divide_below(&keepers, plan, /* depth= */ 1, 0, 0);
    return keepers.among;
}
