/* exec/join_range.c: inequalities of a join as a search among its right rows. */
#include "exec/join_range.h"

#include <string.h>

#include "base/context.h"
#include "exec/sort_entry.h"
#include "expr/function.h"

enum { MOST_SIDES = 2, FEWEST_ROWS = 64, WORD_KEY_SIZE = 1 + sizeof(uint64_t) };

/* right >= left, or the like. */
typedef struct RangeSide {
    Expr *left;      /* in ColumnIds */
    size_t column;   /* of the right rows */
    Type type;       /* of both */
    SortOrder order; /* descending where the lesser right values pass */
    bool is_strict;
} RangeSide;

struct JoinRange {
    const Context *context;
    MemoryShare share;
    size_t side_count;
    RangeSide sides[MOST_SIDES];
    bool is_exact;                      /* there are no other conditions */
    size_t row_count;                   /* without those that have a NULL */
    size_t leaf_count;                  /* a power of two */
    Block *entries, *spare;             /* while they are sorted */
    Block *rows, *complements, *maxima; /* complements: ~number by the first side, ascending */
};

/* ---- which conditions ---- */

static bool side_of_operator(const char *name, bool is_turned, RangeSide *side)
{
    bool is_less = name[0] == '<', is_inequality = is_less || name[0] == '>';
    side->is_strict = name[1] == '\0';
    /* left > right: the lesser right values pass */
    side->order.is_descending = is_less == is_turned;
    return is_inequality && (side->is_strict || strcmp(name + 1, "=") == 0);
}

static bool side_of_condition(const Plan *plan, const JoinTable *table, const ColumnMap *right_map,
                              const Expr *condition, RangeSide *side)
{
    const Plan *left = plan->inputs[0], *right = plan->inputs[1];
    if (condition->kind != EXPR_CALL || condition->argument_count != 2 || !expr_can_only_overflow(condition) ||
        expr_is_volatile(condition))
        return false;
    bool is_turned = expr_touches(condition->arguments[0], right);
    Expr *bound = condition->arguments[is_turned], *value = condition->arguments[!is_turned];
    size_t key_size = sort_key_fixed_size(value->type);
    bool is_word = key_size > 0 && key_size <= WORD_KEY_SIZE && type_equal(bound->type, value->type);
    if (!is_word || value->kind != EXPR_COLUMN || !expr_is_within(value, right) || !expr_is_within(bound, left))
        return false;
    side->left = bound;
    side->type = value->type;
    side->column = table->placement[column_map_position(right_map, value->column)];
    return side_of_operator(condition->function->name, is_turned, side);
}

JoinRange *join_range_new(const Build *build, const Plan *plan, const JoinTable *table)
{
    JoinRange *range = arena_new(build->arena, JoinRange);
    ColumnMap right_map = column_map_new(build, plan->inputs[1], NULL);
    const JoinConditions *conditions = table->conditions;
    for (size_t i = 0; i < conditions->residual_count && range->side_count < MOST_SIDES; i++)
        range->side_count +=
            side_of_condition(plan, table, &right_map, conditions->residuals[i], &range->sides[range->side_count]);
    if (range->side_count == 0)
        return NULL;
    range->is_exact = range->side_count == conditions->residual_count;
    range->context = build->context;
    range->share = memory_share_part(build->memory_share, 4);
    range->entries = block_new(build->arena, build->context, "a join's ranges");
    range->spare = block_new(build->arena, build->context, "a join's ranges");
    range->rows = block_new(build->arena, build->context, "a join's ranges");
    range->complements = block_new(build->arena, build->context, "a join's ranges");
    range->maxima = block_new(build->arena, build->context, "a join's ranges");
    return range;
}

/* ---- numbers ---- */

static SortKeys *side_keys_new(Arena *arena, const Context *context, const RangeSide *side)
{
    return sort_keys_new(arena, context, &side->type, &side->order, 1);
}

/* Number i of what was encoded last. */
static uint64_t side_number(const SortKeys *keys, size_t i)
{
    return sort_key_word(keys->keys[i] + 1, keys->sizes[i] - 1);
}

/* ---- building ---- */

/* What building works with. */
typedef struct RangeBuilder {
    const JoinTable *table;
    SortKeys *keys[MOST_SIDES];
    Vector *values[MOST_SIDES];
} RangeBuilder;

static void builder_add(const RangeBuilder *builder, JoinRange *range, uint8_t *const *rows, size_t count)
{
    SortEntry *entries = (SortEntry *)range->entries->data;
    for (size_t s = 0; s < range->side_count; s++) {
        rows_read(builder->table->layout, range->sides[s].column, rows, count, builder->values[s]);
        sort_keys_encode(builder->keys[s], &builder->values[s], NULL, count);
    }
    for (size_t i = 0; i < count; i++) {
        SortEntry *entry = &entries[range->row_count];
        bool is_null = false;
        for (size_t s = 0; s < range->side_count; s++)
            is_null |= vector_is_null(builder->values[s], i);
        *entry = (SortEntry){.high = ~side_number(builder->keys[0], i), .row = rows[i]};
        if (range->side_count > 1)
            entry->low = side_number(builder->keys[1], i);
        range->row_count += !is_null;
    }
}

static void range_read(JoinRange *range, const JoinTable *table)
{
    Arena *scratch = arena_new_child(table->arena);
    RangeBuilder builder = {.table = table};
    uint8_t *const *rows = table->list->data;
    for (size_t s = 0; s < range->side_count; s++) {
        builder.keys[s] = side_keys_new(scratch, range->context, &range->sides[s]);
        builder.values[s] = vector_new(scratch, range->sides[s].type);
    }
    range->row_count = 0;
    for (size_t first = 0; first < table->row_count; first += BATCH_SIZE) {
        size_t left = table->row_count - first;
        context_check(range->context);
        builder_add(&builder, range, rows + first, left < BATCH_SIZE ? left : BATCH_SIZE);
    }
    arena_free(scratch);
}

static void range_add_maxima(JoinRange *range)
{
    const SortEntry *entries = range->entries->data;
    block_renew_zero(range->maxima, 2 * range->leaf_count * sizeof(uint64_t));
    uint64_t *maxima = range->maxima->data;
    for (size_t i = 0; i < range->row_count; i++) {
        context_pace_item(i);
        maxima[range->leaf_count + i] = entries[i].low;
    }
    for (size_t i = range->leaf_count; i-- > 1;) {
        context_pace_item(i);
        maxima[i] = maxima[2 * i] > maxima[2 * i + 1] ? maxima[2 * i] : maxima[2 * i + 1];
    }
}

static bool range_is_worth_it(const JoinRange *range, const JoinTable *table)
{
    size_t size = memory_size_multiply(table->row_count, 2 * sizeof(SortEntry) + 6 * sizeof(uint64_t));
    for (size_t i = 0; i < table->copy_count; i++)
        if (row_store_is_mapped(table->stores[i]))
            return false;
    return table->row_count >= FEWEST_ROWS && !memory_share_is_full(range->share, table->row_count, size);
}

void join_range_build(JoinRange *range, const JoinTable *table)
{
    if (!range_is_worth_it(range, table))
        return;
    block_renew(range->entries, memory_size_multiply(table->row_count, sizeof(SortEntry)));
    block_renew(range->spare, range->entries->size);
    range_read(range, table);
    sort_entries(range->context, NULL, (SortKeyPlace){0}, range->entries->data, range->spare->data, range->row_count);
    block_clear(range->spare);
    const SortEntry *entries = range->entries->data;
    block_renew(range->rows, table->row_count * sizeof(uint8_t *));
    block_renew(range->complements, table->row_count * sizeof(uint64_t));
    for (size_t i = 0; i < range->row_count; i++) {
        context_pace_item(i);
        ((uint8_t **)range->rows->data)[i] = entries[i].row;
        ((uint64_t *)range->complements->data)[i] = entries[i].high;
    }
    for (range->leaf_count = 1; range->leaf_count < range->row_count;)
        range->leaf_count *= 2;
    if (range->side_count > 1)
        range_add_maxima(range);
    block_clear(range->entries);
}

bool join_range_is_built(const JoinRange *range)
{
    return range->leaf_count > 0;
}

bool join_range_is_exact(const JoinRange *range)
{
    return range->is_exact && join_range_is_built(range);
}

size_t join_range_size(const JoinRange *range)
{
    return range->rows->size + range->complements->size + range->maxima->size;
}

void join_range_clear(JoinRange *range)
{
    block_clear(range->rows);
    block_clear(range->complements);
    block_clear(range->maxima);
    range->leaf_count = 0;
}

/* ---- looking up ---- */

struct JoinRangeProbe {
    const JoinRange *range;
    Evaluator *evaluator;
    SortKeys *keys[MOST_SIDES];
    size_t ends[BATCH_SIZE];     /* of the rows that pass the first side */
    uint64_t bounds[BATCH_SIZE]; /* of the second */
};

JoinRangeProbe *join_range_probe_new(const Build *build, const Plan *plan, const JoinRange *range)
{
    JoinRangeProbe *probe = arena_new(build->arena, JoinRangeProbe);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr *lefts[MOST_SIDES];
    probe->range = range;
    for (size_t s = 0; s < range->side_count; s++) {
        lefts[s] = column_map_expr(&map, range->sides[s].left);
        probe->keys[s] = side_keys_new(build->arena, build->context, &range->sides[s]);
    }
    probe->evaluator = evaluator_new(build->arena, build->context, lefts, range->side_count);
    return probe;
}

static size_t range_count_passing(const JoinRange *range, uint64_t bound)
{
    const uint64_t *complements = range->complements->data;
    size_t low = 0, high = range->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (complements[middle] <= ~bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void join_range_begin(JoinRangeProbe *probe, const Batch *left)
{
    const JoinRange *range = probe->range;
    bool never_passes[BATCH_SIZE] = {0};
    for (size_t s = 0; s < range->side_count; s++) {
        Vector *values = evaluator_value(probe->evaluator, s, left);
        sort_keys_encode(probe->keys[s], &values, left->selection, left->row_count);
        for (size_t i = 0; i < left->row_count; i++) {
            uint64_t bound = side_number(probe->keys[s], i);
            never_passes[i] |=
                vector_is_null(values, batch_row(left, i)) || (range->sides[s].is_strict && bound == UINT64_MAX);
            bound += range->sides[s].is_strict;
            if (s == 0)
                probe->ends[i] = never_passes[i] ? 0 : range_count_passing(range, bound);
            else
                probe->bounds[i] = bound;
        }
    }
    for (size_t i = 0; i < left->row_count; i++)
        if (never_passes[i])
            probe->ends[i] = 0;
}

/* The first row at or behind `place` whose number by the second side is at least `bound`; or one behind all. */
static size_t range_find(const JoinRange *range, size_t place, uint64_t bound)
{
    const uint64_t *maxima = range->maxima->data;
    size_t at = place == 0 ? 1 : range->leaf_count + place; /* the root is above all rows */
    while (maxima[at] < bound) {
        while (at & 1)
            at >>= 1;
        if (at == 0)
            return range->row_count;
        at++;
    }
    while (at < range->leaf_count)
        at = 2 * at + (maxima[2 * at] < bound);
    return at - range->leaf_count;
}

uint8_t *join_range_next(const JoinRangeProbe *probe, size_t left_index, size_t *place)
{
    const JoinRange *range = probe->range;
    size_t found = *place;
    if (found < probe->ends[left_index] && range->side_count > 1)
        found = range_find(range, found, probe->bounds[left_index]);
    if (found >= probe->ends[left_index])
        return NULL;
    *place = found + 1;
    return ((uint8_t *const *)range->rows->data)[found];
}
