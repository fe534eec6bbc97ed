/* tests/random/window.c: calls with OVER. Where a function tells rows apart that are peers, the window is ordered by
 * every column in reach, so that only equal rows are; other functions get any order, and frames of whole peers. */
#include "grammar.h"

static const struct {
    Kind result, argument;
    const char *pattern;
    bool needs_order_of_all, has_frame;
} calls[] = {
    {KIND_INT, KIND_INT, "row_number()", true, false},
    {KIND_INT, KIND_INT, "ntile(3)", true, false},
    {KIND_INT, KIND_INT, "rank()", false, false},
    {KIND_INT, KIND_INT, "dense_rank()", false, false},
    {KIND_DOUBLE, KIND_INT, "percent_rank()", false, false},
    {KIND_DOUBLE, KIND_INT, "cume_dist()", false, false},
    {KIND_INT, KIND_TEXT, "count(@)@", false, true},
    {KIND_INT, KIND_INT, "sum(@)@", false, true},
    {KIND_INT, KIND_INT, "min(@)@", false, true},
    {KIND_INT, KIND_INT, "max(@)@", false, true},
    {KIND_DOUBLE, KIND_INT, "avg(@)@", false, true},
    {KIND_DOUBLE, KIND_DOUBLE, "sum(@)@", false, true},
    {KIND_DECIMAL, KIND_DECIMAL, "sum(@)@", false, true},
    {KIND_TEXT, KIND_TEXT, "min(@)@", false, true},
    {KIND_TEXT, KIND_TEXT, "max(@)@", false, true},
    {KIND_DATE, KIND_DATE, "max(@)@", false, true},
};
enum { CALL_COUNT = sizeof calls / sizeof *calls };

/* The value of another row. */
static const struct {
    const char *pattern;
    bool has_frame;
} picks[] = {
    {"lag(@)", false},        {"lag(@, 2, @)", false}, {"lead(@, 1, @)", false},  {"lead(@, 0)", false},
    {"first_value(@)", true}, {"last_value(@)", true}, {"nth_value(@, 2)", true},
};
enum { PICK_COUNT = sizeof picks / sizeof *picks };

/* Every column, one behind the other; not a LIST, which would be made shorter. */
static Node *order_of_all(Generator *g)
{
    static const char *const directions[] = {"NULLS LAST", "DESC NULLS LAST", "NULLS FIRST", "DESC NULLS FIRST"};
    Node *order = NULL;
    for (size_t i = 0; i < g->scope->count; i++) {
        const char *direction = directions[random_below(g->random, 4)];
        Node *atom = g->scope->atoms[i];
        order = order == NULL
                    ? node_new(g->arena, KIND_PART, arena_format(g->arena, "@ %s", direction), atom)
                    : node_new(g->arena, KIND_PART, arena_format(g->arena, "@, @ %s", direction), order, atom);
    }
    return order;
}

/* "2 PRECEDING AND UNBOUNDED FOLLOWING": bounds in the order that SQL wants. */
static const char *frame_bounds(Generator *g, bool has_offsets)
{
    static const struct {
        const char *text;
        int place;
    } starts[] = {{"UNBOUNDED PRECEDING", -9},
                  {"CURRENT ROW", 0},
                  {"2 PRECEDING", -2},
                  {"1 PRECEDING", -1},
                  {"1 FOLLOWING", 1}},
      ends[] = {
          {"UNBOUNDED FOLLOWING", 9}, {"CURRENT ROW", 0}, {"1 PRECEDING", -1}, {"1 FOLLOWING", 1}, {"3 FOLLOWING", 3}};
    size_t start, end;
    do {
        start = random_below(g->random, has_offsets ? 5 : 2);
        end = random_below(g->random, has_offsets ? 5 : 2);
    } while (starts[start].place > ends[end].place);
    return arena_format(g->arena, "%s AND %s", starts[start].text, ends[end].text);
}

/* `is_total`: only equal rows are peers. RANGE with an offset wants one key, a number. */
static const char *frame_text(Generator *g, bool is_total, bool has_number_key)
{
    static const char *const exclusions[] = {
        "", "", "", " EXCLUDE NO OTHERS", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    static const char *const modes[] = {"GROUPS", "RANGE", "ROWS"};
    size_t mode = random_below(g->random, is_total ? 3 : 2);
    bool has_offsets = mode != 1 || has_number_key;
    return arena_format(g->arena, " %s BETWEEN %s%s", modes[mode], frame_bounds(g, has_offsets),
                        exclusions[random_below(g->random, sizeof exclusions / sizeof *exclusions)]);
}

static Node *over_new(Generator *g, bool needs_order_of_all, bool has_frame)
{
    bool is_total = needs_order_of_all || random_is(g->random, 40), has_number_key = false;
    Node *partition = random_is(g->random, 50)
                          ? node_new(g->arena, KIND_CLAUSE, "PARTITION BY (@)", expression_new(g, kind_random(g), 1))
                          : empty_new(g);
    Node *order;
    if (is_total)
        order = node_new(g->arena, KIND_PART, " ORDER BY @", order_of_all(g));
    else if ((has_number_key = random_is(g->random, 50)))
        order =
            node_new(g->arena, KIND_PART,
                     random_is(g->random, 50) ? " ORDER BY (@ % 7) NULLS LAST" : " ORDER BY (@ % 7) DESC NULLS FIRST",
                     expression_new(g, KIND_INT, 1));
    else
        order = node_new(g->arena, KIND_PART, " ORDER BY (@) NULLS LAST", expression_new(g, kind_random(g), 1));
    const char *frame = has_frame && random_is(g->random, 80) ? frame_text(g, is_total, has_number_key) : "";
    return node_new(g->arena, KIND_PART, arena_format(g->arena, "OVER (@@%s)", frame), partition, order);
}

static Node *call_new(Generator *g, Kind kind)
{
    size_t chosen, count = 0;
    for (size_t i = 0; i < CALL_COUNT; i++)
        count += calls[i].result == kind;
    if (count == 0)
        return NULL;
    do
        chosen = random_below(g->random, CALL_COUNT);
    while (calls[chosen].result != kind);
    Node *argument = expression_new(g, calls[chosen].argument, 1);
    Node *filter = random_is(g->random, 15)
                       ? node_new(g->arena, KIND_CLAUSE, " FILTER (WHERE @)", expression_new(g, KIND_BOOL, 1))
                       : empty_new(g);
    Node *call = node_new(g->arena, KIND_PART, calls[chosen].pattern, argument, filter);
    return node_new(g->arena, kind, "@ @", call,
                    over_new(g, calls[chosen].needs_order_of_all, calls[chosen].has_frame));
}

Node *window_call(Generator *g, Kind kind)
{
    Scope sealed = *g->scope, *here = g->scope;
    if (sealed.count == 0 || sealed.count >= ATOM_LIMIT)
        return expression_new(g, kind, 1);
    sealed.outer = NULL;
    sealed.is_flat = true;
    g->scope = &sealed;
    Node *window = random_is(g->random, 60) ? call_new(g, kind) : NULL;
    if (window == NULL) {
        size_t chosen = random_below(g->random, PICK_COUNT);
        Node *call = node_new(g->arena, KIND_PART, picks[chosen].pattern, expression_new(g, kind, 1),
                              expression_new(g, kind, 1));
        window = node_new(g->arena, kind, "@ @", call, over_new(g, true, picks[chosen].has_frame));
    }
    g->scope = here;
    return window;
}
