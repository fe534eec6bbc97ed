/* expr/condition_order.c: trials of conditions, and the order that follows from them. */
#include "expr/condition_order.h"

#include "base/clock.h"

enum {
    TRIAL_BATCHES = 32, /* from one trial to the next, once each has been tried */
    WORTH = 32,         /* what keeps all but one row of so many is not worth a look at each */
};

typedef struct Condition {
    bool is_tried;
    double row_ns;     /* time for a row */
    double kept_share; /* of the rows; of late */
} Condition;

struct ConditionOrder {
    size_t count;
    Condition *conditions;
    uint32_t *best;    /* the order that the trials speak for */
    uint32_t *current; /* the same with the one on trial in front */
    size_t trial_count, batch_count;
    bool is_on_trial;
    uint64_t started_ns;
};

ConditionOrder *condition_order_new(Arena *arena, size_t count)
{
    ConditionOrder *order = arena_new(arena, ConditionOrder);
    order->count = count;
    order->conditions = arena_array(arena, Condition, count);
    order->best = arena_array(arena, uint32_t, count);
    order->current = arena_array(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        order->best[i] = (uint32_t)i;
    return order;
}

/* The one to try now: what has not been tried, else each in turn after some batches; `count` when none is. */
static size_t order_choose_trial(ConditionOrder *order)
{
    if (order->count == 0)
        return 0;
    for (size_t i = 0; i < order->count; i++)
        if (!order->conditions[i].is_tried)
            return i;
    if (order->batch_count++ % TRIAL_BATCHES)
        return order->count;
    return order->trial_count++ % order->count;
}

const uint32_t *condition_order_next(ConditionOrder *order)
{
    size_t trial = order_choose_trial(order);
    order->is_on_trial = trial < order->count;
    if (!order->is_on_trial)
        return order->best;
    size_t next = 0;
    order->current[next++] = (uint32_t)trial;
    for (size_t i = 0; i < order->count; i++)
        if (order->best[i] != trial)
            order->current[next++] = order->best[i];
    order->started_ns = clock_ns();
    return order->current;
}

/* Whether the one decides sooner: its time for each row that it drops is less. */
static bool goes_before(const Condition *a, const Condition *b)
{
    return a->row_ns * (1 - b->kept_share) < b->row_ns * (1 - a->kept_share);
}

static void order_sort(ConditionOrder *order)
{
    for (size_t i = 1; i < order->count; i++) {
        uint32_t moved = order->best[i];
        size_t place = i;
        for (; place > 0 && goes_before(&order->conditions[moved], &order->conditions[order->best[place - 1]]); place--)
            order->best[place] = order->best[place - 1];
        order->best[place] = moved;
    }
}

void condition_order_note(ConditionOrder *order, size_t row_count, size_t kept_count)
{
    if (!order->is_on_trial || row_count == 0)
        return;
    order->is_on_trial = false;
    Condition *condition = &order->conditions[order->current[0]];
    double row_ns = (double)(clock_ns() - order->started_ns) / (double)row_count;
    double kept_share = (double)kept_count / (double)row_count;
    /* a thread that had to wait, or what is done once for many batches, makes no condition dear */
    double dearest = condition->row_ns * 1.25;
    condition->row_ns = condition->is_tried && row_ns > dearest ? dearest : row_ns;
    condition->kept_share = condition->is_tried ? (condition->kept_share + kept_share) / 2 : kept_share;
    condition->is_tried = true;
    order_sort(order);
}

void condition_order_forget(ConditionOrder *order, size_t condition)
{
    order->conditions[condition].is_tried = false;
}

bool condition_order_is_worth(const ConditionOrder *order, size_t condition)
{
    bool is_on_trial = order->is_on_trial && order->current[0] == condition;
    return is_on_trial || order->conditions[condition].kept_share < 1 - 1.0 / WORTH;
}
