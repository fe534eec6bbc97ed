/* optimizer/order_joins.c: the order in which inner joins are made: the one with the smallest intermediate results.
 *
 * Relations that conditions connect, up to 12 of them, are joined by the best tree of all shapes: dynamic programming
 * over pairs of connected sets (Moerkotte and Neumann, Analysis of Two Existing and One New Dynamic Programming
 * Algorithm, 2006: DPccp). More of them, or sets without a condition between them, are joined pair by pair, the pair
 * with the smallest result first. The cost of a tree is the sum of the rows of all its joins.
 *
 * A filter above the joins has conditions that can fail, and so were not pushed down: what a join may do of them, and
 * what would leave a product of all rows with all, becomes conditions of joins. */
#include <math.h>

#include "optimizer/join_samples.h"

enum {
    PROGRAMMED_RELATIONS = 12,
    MOST_PAIRS = 20000,        /* looked at by dynamic programming: some milliseconds */
    MOST_IMPLIED_PAIRS = 4000, /* with what classes imply: a large one connects all with all */
};

typedef struct JoinTree {
    RelationSet relations;
    RelationSet reach; /* relations that something is said of together with one of its own */
    double rows, cost;
    const struct JoinTree *left, *right; /* NULL: a relation */
    size_t relation;
} JoinTree;

static double pair_rows(const JoinGraph *graph, const JoinTree *a, const JoinTree *b, bool *ret_is_connected)
{
    return join_graph_rows(graph, a->relations, a->rows, b->relations, b->rows, ret_is_connected);
}

/* The larger side stands left: it is the one that is probed with. */
static JoinTree pair(const JoinTree *a, const JoinTree *b, double rows)
{
    bool a_is_larger = a->rows >= b->rows;
    return (JoinTree){.relations = a->relations | b->relations,
                      .reach = a->reach | b->reach,
                      .rows = rows,
                      .cost = a->cost + b->cost + rows + fmin(a->rows, b->rows),
                      .left = a_is_larger ? a : b,
                      .right = a_is_larger ? b : a};
}

static JoinTree *leaf(const JoinGraph *graph, size_t relation)
{
    JoinTree *tree = arena_new(graph->columns->arena, JoinTree);
    tree->relations = relation_set_of(relation);
    tree->reach = join_graph_reach(graph, relation);
    tree->rows = fmax(graph->relations.items[relation]->row_estimate, 1);
    tree->relation = relation;
    return tree;
}

/* ---- dynamic programming ---- */

/* Over one connected part of the graph, whose relations are numbered anew: a set of them is an index of `best`. */
typedef struct Search {
    const JoinGraph *graph;
    size_t count;
    uint32_t neighbours[PROGRAMMED_RELATIONS];
    JoinTree **best; /* by set; NULL: none yet */
    size_t pairs_left;
} Search;

static uint32_t neighbourhood(const Search *search, uint32_t set)
{
    uint32_t all = 0;
    for (uint32_t left = set; left; left &= left - 1)
        all |= search->neighbours[__builtin_ctz(left)];
    return all & ~set;
}

static void search_pair(Search *search, uint32_t a, uint32_t b)
{
    if (search->pairs_left == 0 || --search->pairs_left == 0)
        return;
    const JoinTree *left = search->best[a], *right = search->best[b];
    JoinTree **best = &search->best[a | b];
    if (*best) {                                          /* nobody refers to it yet: sets that contain it come later */
        JoinTree tree = pair(left, right, (*best)->rows); /* the same rows, whatever they are made of */
        if (tree.cost < (*best)->cost)
            **best = tree;
        return;
    }
    bool is_connected;
    JoinTree tree = pair(left, right, pair_rows(search->graph, left, right, &is_connected));
    *best = arena_copy(search->graph->columns->arena, &tree, sizeof tree);
}

/* Calls visit for each connected set that `set` grows to by relations that are not excluded, smaller ones first. */
static void search_grow(Search *search, uint32_t set, uint32_t excluded, uint32_t partner,
                        void (*visit)(Search *search, uint32_t set, uint32_t partner))
{
    uint32_t around = neighbourhood(search, set) & ~excluded;
    if (search->pairs_left == 0)
        return;
    for (uint32_t more = -around & around; more; more = (more - around) & around)
        visit(search, set | more, partner);
    for (uint32_t more = -around & around; more; more = (more - around) & around)
        search_grow(search, set | more, excluded | around, partner, visit);
}

static void visit_partner(Search *search, uint32_t set, uint32_t partner)
{
    search_pair(search, partner, set);
}

/* Pairs of a connected set with each connected set that a condition connects with it; each pair once: partners have no
 * relation below the set's first one. */
static void visit_set(Search *search, uint32_t set, uint32_t partner)
{
    (void)partner;
    uint32_t first = set & -set, excluded = set | (first - 1), around = neighbourhood(search, set) & ~excluded;
    for (uint32_t left = around; left;) {
        uint32_t start = (uint32_t)1 << (31 - __builtin_clz(left));
        left &= ~start;
        visit_partner(search, start, set);
        search_grow(search, start, excluded | (around & (start | (start - 1))), set, visit_partner);
    }
}

/* The best tree of all relations of one part; NULL when there are too many pairs. */
static const JoinTree *search_all(const JoinGraph *graph, const JoinTree **leaves, size_t count, bool implied)
{
    Search search = {.graph = graph, .count = count, .pairs_left = implied ? MOST_IMPLIED_PAIRS : MOST_PAIRS};
    search.best = arena_array(graph->columns->arena, JoinTree *, (size_t)1 << count);
    for (size_t i = 0; i < count; i++) {
        RelationSet around = join_graph_neighbours(graph, leaves[i]->relation, implied);
        search.best[(size_t)1 << i] = (JoinTree *)leaves[i];
        for (size_t j = 0; j < count; j++)
            if (leaves[j]->relations & around)
                search.neighbours[i] |= (uint32_t)1 << j;
    }
    for (size_t i = count; i-- > 0 && search.pairs_left > 0;) {
        uint32_t start = (uint32_t)1 << i;
        context_check(graph->columns->context);
        visit_set(&search, start, 0);
        search_grow(&search, start, start | (start - 1), 0, visit_set);
    }
    return search.pairs_left > 0 ? search.best[((size_t)1 << count) - 1] : NULL;
}

/* ---- pair by pair ---- */

/* Two trees that some condition connects. */
typedef struct Candidate {
    double rows;
    size_t first, second; /* where they stand, in order */
} Candidate;

typedef struct GreedySearch {
    const JoinGraph *graph;
    const JoinTree **trees; /* NULL: has become part of one before it */
    size_t count;
    ARRAY(Candidate) candidates;
} GreedySearch;

static void greedy_add_reached(GreedySearch *self, size_t first, size_t second)
{
    bool is_connected;
    double rows = pair_rows(self->graph, self->trees[first], self->trees[second], &is_connected);
    if (is_connected)
        array_add(self->graph->columns->arena, &self->candidates, ((Candidate){rows, first, second}));
}

static inline void greedy_add(GreedySearch *self, size_t first, size_t second)
{
    const JoinTree *a = self->trees[first], *b = self->trees[second];
    if (a && b && (a->reach & b->relations)) /* of a few of many pairs */
        greedy_add_reached(self, first, second);
}

static bool candidate_is_better(const Candidate *a, const Candidate *b)
{
    if (a->rows != b->rows)
        return a->rows < b->rows;
    return a->first != b->first ? a->first < b->first : a->second < b->second;
}

/* Where nothing is connected: the two smallest trees. */
static Candidate greedy_cross(const GreedySearch *self)
{
    size_t smallest = SIZE_MAX, next = SIZE_MAX;
    for (size_t i = 0; i < self->count; i++) {
        if (self->trees[i] == NULL)
            continue;
        if (smallest == SIZE_MAX || self->trees[i]->rows < self->trees[smallest]->rows) {
            next = smallest;
            smallest = i;
        } else if (next == SIZE_MAX || self->trees[i]->rows < self->trees[next]->rows) {
            next = i;
        }
    }
    return (Candidate){self->trees[smallest]->rows * self->trees[next]->rows, smallest < next ? smallest : next,
                       smallest < next ? next : smallest};
}

static Candidate greedy_best(const GreedySearch *self)
{
    if (self->candidates.count == 0)
        return greedy_cross(self);
    Candidate best = self->candidates.items[0];
    for (size_t i = 1; i < self->candidates.count; i++)
        if (candidate_is_better(&self->candidates.items[i], &best))
            best = self->candidates.items[i];
    return best;
}

static bool candidate_has(const Candidate *candidate, size_t tree)
{
    return candidate->first == tree || candidate->second == tree;
}

/* The joined pair takes the place of its first one, and is a candidate with whatever it is connected with. */
static void greedy_join(GreedySearch *self, const Candidate *best)
{
    JoinTree tree = pair(self->trees[best->first], self->trees[best->second], best->rows);
    size_t kept = 0;
    self->trees[best->first] = arena_copy(self->graph->columns->arena, &tree, sizeof tree);
    self->trees[best->second] = NULL;
    for (size_t i = 0; i < self->candidates.count; i++) {
        const Candidate *candidate = &self->candidates.items[i];
        if (!candidate_has(candidate, best->first) && !candidate_has(candidate, best->second))
            self->candidates.items[kept++] = *candidate;
    }
    self->candidates.count = kept;
    for (size_t i = 0; i < best->first; i++)
        greedy_add(self, i, best->first);
    for (size_t i = best->first + 1; i < self->count; i++)
        greedy_add(self, best->first, i);
}

/* Joins the cheapest connected pair of what is there, until one tree is left. */
static const JoinTree *search_greedily(const JoinGraph *graph, const JoinTree **trees, size_t count)
{
    GreedySearch self = {.graph = graph, .trees = trees, .count = count};
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            greedy_add(&self, i, j);
    for (size_t joined = 1; joined < count; joined++) {
        context_check(graph->columns->context);
        Candidate best = greedy_best(&self);
        greedy_join(&self, &best);
    }
    return trees[0];
}

/* ---- parts ---- */

/* The relations that conditions connect with the first of `left`. */
static RelationSet connected_part(const JoinGraph *graph, RelationSet left)
{
    RelationSet part = left & -left, looked_at = 0;
    for (size_t i = 0; i < graph->relations.count; i++) {
        if (!(part & ~looked_at & relation_set_of(i)))
            continue;
        looked_at |= relation_set_of(i);
        part |= join_graph_neighbours(graph, i, /* implied= */ true) & left;
        i = (size_t)-1; /* from the beginning */
    }
    return part;
}

static const JoinTree *part_tree(const JoinGraph *graph, RelationSet part)
{
    const JoinTree **leaves = arena_array(graph->columns->arena, const JoinTree *, graph->relations.count);
    const JoinTree *tree = NULL;
    size_t count = 0;
    for (size_t i = 0; i < graph->relations.count; i++)
        if (part & relation_set_of(i))
            leaves[count++] = leaf(graph, i);
    if (count <= PROGRAMMED_RELATIONS)
        tree = search_all(graph, leaves, count, /* implied= */ true);
    if (count <= PROGRAMMED_RELATIONS && tree == NULL) /* a large class makes many pairs: without what it implies */
        tree = search_all(graph, leaves, count, /* implied= */ false);
    return tree ? tree : search_greedily(graph, leaves, count);
}

static const JoinTree *graph_tree(const JoinGraph *graph)
{
    const JoinTree **parts = arena_array(graph->columns->arena, const JoinTree *, graph->relations.count);
    size_t count = 0;
    RelationSet left = 0;
    for (size_t i = 0; i < graph->relations.count; i++)
        left |= relation_set_of(i);
    while (left) {
        RelationSet part = connected_part(graph, left);
        parts[count++] = part_tree(graph, part);
        left &= ~part;
    }
    return search_greedily(graph, parts, count);
}

/* ---- putting it together again ---- */

static Plan *tree_plan(JoinGraph *graph, const JoinTree *tree)
{
    if (tree->left == NULL)
        return graph->relations.items[tree->relation];
    Plan *left = tree_plan(graph, tree->left), *right = tree_plan(graph, tree->right);
    JoinExprs conditions = {0};
    join_graph_place(graph, tree->left->relations, tree->right->relations, &conditions);
    PlanJoin *join = plan_join_new(graph->columns, PLAN_JOIN_INNER, left, right, conditions.items, conditions.count);
    join->base.row_estimate = join->ordered_rows = tree->rows;
    return &join->base;
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
    JoinGraph graph;
    const PlanFilter *filter = plan->kind == PLAN_FILTER ? (const PlanFilter *)plan : NULL;
    Plan *joins = filter ? plan->inputs[0] : plan;
    if (!is_inner_join(joins))
        return order_inputs(columns, plan);
    join_graph_init(&graph, columns, joins);
    if ((graph.relations.count == 2 && !filter) || graph.relations.count > RELATION_LIMIT)
        return order_inputs(columns, plan);
    if (filter)
        join_graph_add(&graph, filter->conditions, filter->condition_count);
    for (size_t i = 0; i < graph.relations.count; i++)
        graph.relations.items[i] = order(columns, graph.relations.items[i]);
    join_graph_measure(&graph);
    join_graph_sample(&graph);
    return plan_filter_new(columns, tree_plan(&graph, graph_tree(&graph)), graph.held.items, graph.held.count);
}

Plan *rule_order_joins(PlanColumns *columns, Plan *plan)
{
    plan_estimate(columns, plan);
    return plan_rewrite(columns, NULL, plan, order);
}
