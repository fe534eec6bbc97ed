/* optimizer/order_joins.c: the order in which inner joins are made: the one with the smallest intermediate results.
 *
 * A tree of inner joins is taken apart into relations and conditions. Up to 12 relations the best tree of all shapes is
 * found by dynamic programming over sets of relations (after Moerkotte and Neumann, 2006: only pairs that a condition
 * connects, unless none does); beyond that the pair with the smallest result is joined first, again and again. The cost
 * of a tree is the sum of the rows of all its joins. */
#include <math.h>

#include "base/array.h"
#include "expr/function.h"
#include "optimizer/rule.h"

enum { PROGRAMMED_RELATIONS = 12, RELATION_LIMIT = 256, SET_WORDS = RELATION_LIMIT / 64 };

/* Relations by number. */
typedef struct RelationSet {
    uint64_t words[SET_WORDS];
} RelationSet;

typedef struct JoinCondition {
    Expr *expr;
    RelationSet relations; /* that it refers to */
    bool is_equality;      /* of expressions over one relation each: */
    RelationSet sides[2];
    double distinct[2]; /* of each; 0: unknown */
    bool is_placed;
} JoinCondition;

static const double UNKNOWN_CONDITION = 1.0 / 3; /* rows that a condition which is no equality lets through */

typedef struct JoinGraph {
    PlanColumns *columns;
    ARRAY(Plan *) relations;
    ARRAY(JoinCondition) conditions;
    ARRAY(Expr *) held; /* conditions that stay above all joins: they can fail, or refer to no relation */
} JoinGraph;

static bool set_covers(const RelationSet *a, const RelationSet *b)
{
    uint64_t missing = 0;
    for (size_t i = 0; i < SET_WORDS; i++)
        missing |= b->words[i] & ~a->words[i];
    return missing == 0;
}

static RelationSet set_union(const RelationSet *a, const RelationSet *b)
{
    RelationSet sum;
    for (size_t i = 0; i < SET_WORDS; i++)
        sum.words[i] = a->words[i] | b->words[i];
    return sum;
}

static RelationSet set_of(size_t relation)
{
    RelationSet set = {0};
    set.words[relation / 64] = (uint64_t)1 << relation % 64;
    return set;
}

/* ---- taking the tree apart ---- */

static bool is_inner(const Plan *plan)
{
    return plan->kind == PLAN_JOIN && ((const PlanJoin *)plan)->type == PLAN_JOIN_INNER &&
           !((const PlanJoin *)plan)->is_dependent;
}

static void graph_collect(JoinGraph *graph, Plan *plan)
{
    if (!is_inner(plan)) {
        array_add(graph->columns->arena, &graph->relations, plan);
        return;
    }
    PlanJoin *join = (PlanJoin *)plan;
    graph_collect(graph, plan->inputs[0]);
    graph_collect(graph, plan->inputs[1]);
    for (size_t i = 0; i < join->condition_count; i++)
        array_add(graph->columns->arena, &graph->conditions, ((JoinCondition){.expr = join->conditions[i]}));
}

static RelationSet relations_of(const JoinGraph *graph, const Expr *expr)
{
    RelationSet set = {0};
    for (size_t i = 0; i < graph->relations.count; i++)
        if (expr_touches(expr, graph->relations.items[i])) {
            RelationSet one = set_of(i);
            set = set_union(&set, &one);
        }
    return set;
}

static const Plan *relation_of_side(const JoinGraph *graph, const Expr *side)
{
    for (size_t i = 0; i < graph->relations.count; i++)
        if (expr_touches(side, graph->relations.items[i]))
            return expr_is_within(side, graph->relations.items[i]) ? graph->relations.items[i] : NULL;
    return NULL;
}

/* How many different values either side of an equality has; see JoinKeys. */
static void condition_measure(const JoinGraph *graph, JoinCondition *condition)
{
    const Expr *expr = condition->expr;
    JoinKeys keys;
    if (expr->kind != EXPR_CALL || expr->argument_count != 2)
        return;
    const Plan *left = relation_of_side(graph, expr->arguments[0]);
    const Plan *right = relation_of_side(graph, expr->arguments[1]);
    join_keys_init(&keys);
    if (left == NULL || right == NULL || !join_keys_add(graph->columns, &keys, left, right, expr))
        return;
    condition->is_equality = true;
    for (int side = 0; side < 2; side++) {
        condition->sides[side] = relations_of(graph, expr->arguments[side]);
        condition->distinct[side] = keys.is_known[side] ? keys.distinct[side] : 0;
    }
}

static void graph_measure(JoinGraph *graph)
{
    size_t kept = 0;
    for (size_t i = 0; i < graph->conditions.count; i++) {
        JoinCondition *condition = &graph->conditions.items[i];
        condition->relations = relations_of(graph, condition->expr);
        RelationSet none = {0};
        if (expr_can_fail(condition->expr) || expr_is_volatile(condition->expr) ||
            set_covers(&none, &condition->relations)) {
            array_add(graph->columns->arena, &graph->held, condition->expr);
            continue;
        }
        condition_measure(graph, condition);
        graph->conditions.items[kept++] = *condition;
    }
    graph->conditions.count = kept;
}

/* ---- a tree of joins: what both searches build ---- */

typedef struct JoinTree {
    RelationSet relations;
    double rows, cost;
    const struct JoinTree *left, *right; /* NULL: a relation */
    size_t relation;
} JoinTree;

/* Rows of the join of two trees; *ret_is_connected: some condition is about both. */
static double pair_rows(const JoinGraph *graph, const JoinTree *a, const JoinTree *b, bool *ret_is_connected)
{
    RelationSet both = set_union(&a->relations, &b->relations);
    double others = 1;
    JoinKeys keys;
    join_keys_init(&keys);
    *ret_is_connected = false;
    for (size_t i = 0; i < graph->conditions.count; i++) {
        const JoinCondition *condition = &graph->conditions.items[i];
        if (!set_covers(&both, &condition->relations) || set_covers(&a->relations, &condition->relations) ||
            set_covers(&b->relations, &condition->relations))
            continue;
        *ret_is_connected = true;
        if (!condition->is_equality) {
            others *= UNKNOWN_CONDITION;
            continue;
        }
        int first = set_covers(&a->relations, &condition->sides[0]) ? 0 : 1;
        for (int side = 0; side < 2; side++) {
            double distinct = condition->distinct[side == 0 ? first : 1 - first];
            keys.is_known[side] &= distinct > 0;
            keys.distinct[side] *= fmax(distinct, 1);
        }
        keys.count++;
    }
    return join_keys_rows(&keys, a->rows, b->rows) * others;
}

/* The larger side stands left: it is the one that is probed with. */
static JoinTree pair(const JoinGraph *graph, const JoinTree *a, const JoinTree *b, bool *ret_is_connected)
{
    double rows = pair_rows(graph, a, b, ret_is_connected);
    bool a_is_larger = a->rows >= b->rows;
    return (JoinTree){.relations = set_union(&a->relations, &b->relations),
                      .rows = rows,
                      .cost = a->cost + b->cost + rows + fmin(a->rows, b->rows),
                      .left = a_is_larger ? a : b,
                      .right = a_is_larger ? b : a};
}

static JoinTree *leaf(const JoinGraph *graph, size_t relation)
{
    JoinTree *tree = arena_new(graph->columns->arena, JoinTree);
    tree->relations = set_of(relation);
    tree->rows = fmax(graph->relations.items[relation]->row_estimate, 1);
    tree->relation = relation;
    return tree;
}

/* Best tree for every set of relations, small sets first (a set's number is larger than those of its subsets). Pairs
 * that no condition connects count only where a set has no other. */
static const JoinTree *search_all(const JoinGraph *graph)
{
    size_t count = graph->relations.count, set_count = (size_t)1 << count;
    const JoinTree **best = arena_array(graph->columns->arena, const JoinTree *, set_count);
    for (size_t set = 1; set < set_count; set++) {
        if ((set & (set - 1)) == 0) {
            best[set] = leaf(graph, (size_t)__builtin_ctzll(set));
            continue;
        }
        if ((set & 63) == 0)
            context_check(graph->columns->context);
        JoinTree found = {.cost = INFINITY};
        bool found_is_connected = false;
        for (size_t part = (set - 1) & set; part > (set ^ part); part = (part - 1) & set) {
            bool is_connected;
            JoinTree tree = pair(graph, best[part], best[set ^ part], &is_connected);
            if (is_connected > found_is_connected || (is_connected == found_is_connected && tree.cost < found.cost)) {
                found = tree;
                found_is_connected = is_connected;
            }
        }
        best[set] = arena_copy(graph->columns->arena, &found, sizeof found);
    }
    return best[set_count - 1];
}

/* Joins the cheapest connected pair of what is there, until one tree is left. */
static const JoinTree *search_greedily(const JoinGraph *graph)
{
    size_t count = graph->relations.count;
    const JoinTree **trees = arena_array(graph->columns->arena, const JoinTree *, count);
    for (size_t i = 0; i < count; i++)
        trees[i] = leaf(graph, i);
    for (; count > 1; count--) {
        context_check(graph->columns->context);
        JoinTree found = {.rows = INFINITY};
        bool found_is_connected = false;
        size_t found_i = 0, found_j = 1;
        for (size_t i = 0; i < count; i++)
            for (size_t j = i + 1; j < count; j++) {
                bool is_connected;
                JoinTree tree = pair(graph, trees[i], trees[j], &is_connected);
                if (found.left == NULL || is_connected > found_is_connected ||
                    (is_connected == found_is_connected && tree.rows < found.rows)) {
                    found = tree;
                    found_is_connected = is_connected;
                    found_i = i;
                    found_j = j;
                }
            }
        trees[found_i] = arena_copy(graph->columns->arena, &found, sizeof found);
        trees[found_j] = trees[count - 1];
    }
    return trees[0];
}

/* ---- putting it together again ---- */

/* Each condition goes to the lowest join that has all its columns. */
static Plan *tree_plan(JoinGraph *graph, const JoinTree *tree)
{
    if (tree->left == NULL)
        return graph->relations.items[tree->relation];
    Plan *left = tree_plan(graph, tree->left), *right = tree_plan(graph, tree->right);
    ARRAY(Expr *) conditions = {0};
    for (size_t i = 0; i < graph->conditions.count; i++) {
        JoinCondition *condition = &graph->conditions.items[i];
        if (!condition->is_placed && set_covers(&tree->relations, &condition->relations)) {
            condition->is_placed = true;
            array_add(graph->columns->arena, &conditions, condition->expr);
        }
    }
    Plan *join = &plan_join_new(graph->columns, PLAN_JOIN_INNER, left, right, conditions.items, conditions.count)->base;
    join->row_estimate = tree->rows;
    return join;
}

static Plan *order(PlanColumns *columns, Plan *plan);

static Plan *order_inputs(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = plan_rewrite(columns, plan, plan->inputs[i], order);
    plan_refresh_outputs(columns, plan);
    return plan;
}

static Plan *order(PlanColumns *columns, Plan *plan)
{
    if (!is_inner(plan))
        return order_inputs(columns, plan);
    JoinGraph graph = {.columns = columns};
    graph_collect(&graph, plan);
    if (graph.relations.count == 2 || graph.relations.count > RELATION_LIMIT)
        return order_inputs(columns, plan);
    for (size_t i = 0; i < graph.relations.count; i++)
        graph.relations.items[i] = order(columns, graph.relations.items[i]);
    graph_measure(&graph);
    const JoinTree *tree = graph.relations.count <= PROGRAMMED_RELATIONS ? search_all(&graph) : search_greedily(&graph);
    return plan_filter_new(columns, tree_plan(&graph, tree), graph.held.items, graph.held.count);
}

Plan *rule_order_joins(PlanColumns *columns, Plan *plan)
{
    plan_estimate(columns, plan);
    return plan_rewrite(columns, NULL, plan, order);
}
