/* optimizer/join_graph.c: relations, conditions, classes of equal columns. */
#include "optimizer/join_graph.h"

#include <math.h>
#include <string.h>

#include "expr/function.h"

static const double UNKNOWN_CONDITION = 1.0 / 3; /* rows that a condition which is no equality lets through */

/* ---- taking the tree apart ---- */

bool is_inner_join(const Plan *plan)
{
    return plan->kind == PLAN_JOIN && ((const PlanJoin *)plan)->type == PLAN_JOIN_INNER &&
           !((const PlanJoin *)plan)->is_dependent;
}

void join_graph_add(JoinGraph *graph, Expr *const *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        array_add(graph->columns->arena, &graph->conditions, ((JoinCondition){.expr = conditions[i]}));
}

static void graph_collect(JoinGraph *graph, Plan *plan)
{
    if (!is_inner_join(plan)) {
        array_add(graph->columns->arena, &graph->relations, plan);
        return;
    }
    PlanJoin *join = (PlanJoin *)plan;
    graph_collect(graph, plan->inputs[0]);
    graph_collect(graph, plan->inputs[1]);
    join_graph_add(graph, join->conditions, join->condition_count);
}

void join_graph_init(JoinGraph *graph, PlanColumns *columns, Plan *plan)
{
    *graph = (JoinGraph){.columns = columns};
    graph_collect(graph, plan);
}

_Static_assert(RELATION_LIMIT < UINT8_MAX, "owners are bytes");

static void graph_find_owners(JoinGraph *graph)
{
    graph->owners = arena_array(graph->columns->arena, uint8_t, graph->columns->list.count);
    graph->column_classes = arena_array(graph->columns->arena, uint32_t, graph->columns->list.count);
    for (size_t i = 0; i < graph->relations.count; i++)
        for (size_t c = 0; c < graph->relations.items[i]->output_count; c++)
            graph->owners[graph->relations.items[i]->outputs[c]] = (uint8_t)(i + 1);
}

typedef struct Touched {
    const JoinGraph *graph;
    RelationSet relations;
} Touched;

static bool touch(void *user, const Expr *expr)
{
    Touched *self = user;
    uint8_t owner = expr->kind == EXPR_COLUMN ? self->graph->owners[expr->column] : 0;
    if (owner)
        self->relations |= relation_set_of((size_t)owner - 1);
    return true;
}

static RelationSet relations_of(const JoinGraph *graph, const Expr *expr)
{
    Touched touched = {graph, 0};
    expr_walk(expr, touch, &touched);
    return touched.relations;
}

static bool set_is_single(RelationSet set)
{
    return set != 0 && (set & (set - 1)) == 0;
}

/* How many different values either side of an equality has; see JoinKeys. */
static void condition_measure(const JoinGraph *graph, JoinCondition *condition)
{
    const Expr *expr = condition->expr;
    JoinKeys keys;
    if (expr->kind != EXPR_CALL || expr->argument_count != 2)
        return;
    RelationSet left = relations_of(graph, expr->arguments[0]), right = relations_of(graph, expr->arguments[1]);
    join_keys_init(&keys);
    if (!set_is_single(left) || !set_is_single(right) ||
        !join_keys_add(graph->columns, &keys, graph->relations.items[relation_set_first(left)],
                       graph->relations.items[relation_set_first(right)], expr))
        return;
    condition->is_equality = true;
    condition->sides[0] = left;
    condition->sides[1] = right;
    for (int side = 0; side < 2; side++)
        condition->distinct[side] = keys.is_known[side] ? keys.distinct[side] : 0;
}

/* ---- classes ---- */

/* The class that one side of an equality is a member of; a new one, of it alone, if there is none. */
static JoinClass *class_of(JoinGraph *graph, const JoinCondition *condition, int side)
{
    Expr *column = condition->expr->arguments[side];
    uint32_t *index = &graph->column_classes[column->column];
    if (*index == 0) {
        JoinClass class = {.relations = condition->sides[side]};
        array_add(graph->columns->arena, &class.members,
                  ((JoinMember){condition->sides[side], column, condition->distinct[side], /* skew= */ 1}));
        array_add(graph->columns->arena, &graph->classes, class);
        *index = (uint32_t)graph->classes.count;
    }
    return &graph->classes.items[*index - 1];
}

/* Puts an equality of two columns into a class; false when it is to stay a condition: it is none, or two columns of one
 * relation would be equal by it. */
static bool graph_classify(JoinGraph *graph, const JoinCondition *condition)
{
    const Expr *expr = condition->expr;
    Arena *arena = graph->columns->arena;
    if (!condition->is_equality || strcmp(expr->function->name, "=") != 0 || expr->arguments[0]->kind != EXPR_COLUMN ||
        expr->arguments[1]->kind != EXPR_COLUMN || !type_equal(expr->arguments[0]->type, expr->arguments[1]->type))
        return false;
    (void)class_of(graph, condition, 0);
    JoinClass *second = class_of(graph, condition, 1), *first = class_of(graph, condition, 0);
    if (first != second) {
        if (first->relations & second->relations)
            return false;
        for (size_t i = 0; i < second->members.count; i++) {
            array_add(arena, &first->members, second->members.items[i]);
            graph->column_classes[second->members.items[i].column->column] =
                (uint32_t)(first - graph->classes.items) + 1;
        }
        for (size_t i = 0; i < second->written.count; i++)
            array_add(arena, &first->written, second->written.items[i]);
        first->relations |= second->relations;
        *second = (JoinClass){0};
    }
    array_add(arena, &first->written, ((JoinEquality){condition->expr, condition->relations}));
    return true;
}

/* ---- parts ---- */

/* Sets of relations that conditions connect. */
typedef struct Parts {
    RelationSet items[RELATION_LIMIT];
    size_t count;
} Parts;

/* The parts that have some of these relations become one; false when they were one. */
static bool parts_connect(Parts *parts, RelationSet relations)
{
    size_t kept = 0, found = 0;
    RelationSet all = 0;
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i] & relations) {
            all |= parts->items[i];
            found++;
        } else {
            parts->items[kept++] = parts->items[i];
        }
    }
    if (all)
        parts->items[kept++] = all;
    parts->count = kept;
    return found > 1;
}

/* A condition that can fail takes part where it connects what nothing else does: as the one condition of a join it is
 * evaluated for the rows that their product would have it evaluated for. */
static void graph_free_held(JoinGraph *graph)
{
    Parts parts = {.count = graph->relations.count};
    for (size_t i = 0; i < parts.count; i++)
        parts.items[i] = relation_set_of(i);
    for (size_t i = 0; i < graph->conditions.count; i++)
        parts_connect(&parts, graph->conditions.items[i].relations);
    for (size_t i = 0; i < graph->classes.count; i++)
        parts_connect(&parts, graph->classes.items[i].relations);
    size_t kept = 0;
    for (size_t i = 0; i < graph->held.count; i++) {
        JoinCondition condition = {.expr = graph->held.items[i]};
        condition.relations = relations_of(graph, condition.expr);
        if (expr_is_volatile(condition.expr) || !parts_connect(&parts, condition.relations)) {
            graph->held.items[kept++] = condition.expr;
            continue;
        }
        condition_measure(graph, &condition);
        array_add(graph->columns->arena, &graph->conditions, condition);
    }
    graph->held.count = kept;
}

/* Whether it stays above all joins, or at first does. */
static bool condition_is_held(const JoinCondition *condition)
{
    const Expr *expr = condition->expr;
    bool may_overflow = !set_is_single(condition->relations); /* as a join's may (join.c) */
    return condition->relations == 0 || expr_is_volatile(expr) ||
           (expr_can_fail(expr) && !(may_overflow && expr_can_only_overflow(expr)));
}

void join_graph_measure(JoinGraph *graph)
{
    size_t kept = 0;
    graph_find_owners(graph);
    for (size_t i = 0; i < graph->conditions.count; i++) {
        JoinCondition *condition = &graph->conditions.items[i];
        condition->relations = relations_of(graph, condition->expr);
        if (condition_is_held(condition)) {
            array_add(graph->columns->arena, &graph->held, condition->expr);
            continue;
        }
        condition_measure(graph, condition);
        if (!graph_classify(graph, condition))
            graph->conditions.items[kept++] = *condition;
    }
    graph->conditions.count = kept;
    kept = 0;
    for (size_t i = 0; i < graph->classes.count; i++)
        if (graph->classes.items[i].members.count > 1)
            graph->classes.items[kept++] = graph->classes.items[i];
    graph->classes.count = kept;
    graph_free_held(graph);
}

/* ---- rows ---- */

static void keys_count_side(JoinKeys *keys, int side, double distinct)
{
    keys->is_known[side] &= distinct > 0;
    keys->distinct[side] *= fmax(distinct, 1);
}

/* Of columns that are equal within a set, as many values are left as the one with the fewest has. */
static double class_distinct(const JoinClass *class, RelationSet set)
{
    double fewest = 0;
    for (size_t i = 0; i < class->members.count; i++) {
        const JoinMember *member = &class->members.items[i];
        if ((member->relation & set) && member->distinct > 0 && (fewest == 0 || member->distinct < fewest))
            fewest = member->distinct;
    }
    return fewest;
}

/* What the distinct counts do not know, where the anchor is on one side: of the members on the other. */
static double class_skew(const JoinClass *class, RelationSet a, RelationSet b)
{
    double skew = 1;
    RelationSet others = class->anchor & a ? b : class->anchor & b ? a : 0;
    for (size_t i = 0; others && i < class->members.count; i++)
        if (class->members.items[i].relation & others)
            skew *= class->members.items[i].skew;
    return skew;
}

double join_graph_rows(const JoinGraph *graph, RelationSet a, double a_rows, RelationSet b, double b_rows,
                       bool *ret_is_connected)
{
    double others = 1;
    JoinKeys keys;
    join_keys_init(&keys);
    *ret_is_connected = false;
    for (size_t i = 0; i < graph->classes.count; i++) {
        const JoinClass *class = &graph->classes.items[i];
        if (!(class->relations & a) || !(class->relations & b))
            continue;
        *ret_is_connected = true;
        keys_count_side(&keys, 0, class_distinct(class, a));
        keys_count_side(&keys, 1, class_distinct(class, b));
        keys.count++;
        others *= class_skew(class, a, b);
    }
    for (size_t i = 0; i < graph->conditions.count; i++) {
        const JoinCondition *condition = &graph->conditions.items[i];
        if ((condition->relations & ~(a | b)) || !(condition->relations & a) || !(condition->relations & b))
            continue;
        *ret_is_connected = true;
        if (!condition->is_equality) {
            others *= UNKNOWN_CONDITION;
            continue;
        }
        int first = condition->sides[0] & a ? 0 : 1;
        keys_count_side(&keys, 0, condition->distinct[first]);
        keys_count_side(&keys, 1, condition->distinct[1 - first]);
        keys.count++;
    }
    return join_keys_rows(&keys, a_rows, b_rows) * others;
}

RelationSet join_graph_neighbours(const JoinGraph *graph, size_t relation, bool implied)
{
    RelationSet self = relation_set_of(relation), all = 0;
    for (size_t i = 0; i < graph->conditions.count; i++) {
        RelationSet both = graph->conditions.items[i].relations;
        if ((both & self) && set_is_single(both & ~self))
            all |= both;
    }
    for (size_t i = 0; i < graph->classes.count; i++) {
        const JoinClass *class = &graph->classes.items[i];
        if (!(class->relations & self))
            continue;
        for (size_t w = 0; w < class->written.count && !implied; w++) {
            RelationSet both = class->written.items[w].relations;
            all |= both & self ? both : 0;
        }
        all |= implied ? class->relations : 0;
    }
    return all & ~self;
}

RelationSet join_graph_reach(const JoinGraph *graph, size_t relation)
{
    RelationSet self = relation_set_of(relation), all = 0;
    for (size_t i = 0; i < graph->conditions.count; i++)
        if (graph->conditions.items[i].relations & self)
            all |= graph->conditions.items[i].relations;
    for (size_t i = 0; i < graph->classes.count; i++)
        if (graph->classes.items[i].relations & self)
            all |= graph->classes.items[i].relations;
    return all;
}

/* ---- putting it together again ---- */

/* An equality of a member on each side: a condition that was written, if there is one. */
static Expr *class_equality(const JoinGraph *graph, const JoinClass *class, RelationSet a, RelationSet b)
{
    Expr *pair[2] = {NULL, NULL};
    for (size_t i = 0; i < class->written.count; i++) {
        RelationSet both = class->written.items[i].relations;
        if (!(both & ~(a | b)) && (both & a) && (both & b))
            return class->written.items[i].expr;
    }
    for (size_t i = class->members.count; i-- > 0;) {
        const JoinMember *member = &class->members.items[i];
        if (member->relation & (a | b))
            pair[member->relation & a ? 0 : 1] = member->column;
    }
    return function_call(graph->columns->arena, "=", pair, 2, NO_POSITION);
}

void join_graph_place(JoinGraph *graph, RelationSet a, RelationSet b, JoinExprs *ret_conditions)
{
    Arena *arena = graph->columns->arena;
    for (size_t i = 0; i < graph->classes.count; i++) {
        const JoinClass *class = &graph->classes.items[i];
        if ((class->relations & a) && (class->relations & b))
            array_add(arena, ret_conditions, class_equality(graph, class, a, b));
    }
    for (size_t i = 0; i < graph->conditions.count; i++) {
        JoinCondition *condition = &graph->conditions.items[i];
        if (condition->is_placed || (condition->relations & ~(a | b)))
            continue;
        condition->is_placed = true;
        array_add(arena, ret_conditions, condition->expr);
    }
}
