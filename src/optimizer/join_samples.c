/* optimizer/join_samples.c: the keys that filters leave of small tables, looked up in samples of the tables that refer
 * to them.
 *
 * Distinct counts take all values of a key as equally frequent: WHERE keyword = 'murder' would leave one in so many
 * rows of movie_keyword as there are keywords. So a filtered table that is small beside the largest one is read whole
 * while planning, and the keys of its rows become a set. A few thousand rows of the larger tables that are to have the
 * same key tell how many of them meet the set; with their own filters, so that what depends on the key is seen too.
 * Small tables that refer to the set are reduced by it: what is left of their own keys is a set for the next. */
#include "optimizer/join_samples.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "column/row.h"
#include "optimizer/table_sample.h"

/* What is looked at costs a small part of reading the tables themselves. */
enum {
    FEWEST_ROWS = 16384,   /* of the largest table: below, any order is quick */
    SMALL_PART = 64,       /* tables of up to one in so many of all rows are read whole; */
    LEAST_ROWS = 4 << 10,  /* or of so many; */
    MOST_ROWS = 256 << 10, /* and never more; */
    PARTIAL_PART = 8,      /* of those without a filter, one in so many of that */
    LOOKUP_PART = 256,     /* one in so many rows of a table is looked up in a set */
    LEAST_LOOKUPS = 2048,
    MOST_LOOKUPS = 4096,
    FEW_PLACES = 16, /* one in so many: rows that pass stand side by side */
    PRIOR_ROWS = 16, /* that say what all rows say, beside those that pass a relation's own filters */
    LEAST_SLOTS = 64,
};

/* ---- sets of keys, as hashes ---- */

typedef struct KeySet {
    uint64_t *slots; /* 0: free */
    size_t slot_count, count;
} KeySet;

static uint64_t *key_slot(const KeySet *set, uint64_t hash)
{
    size_t i = hash_u64(hash) & (set->slot_count - 1); /* hashes of numbers that follow each other do, too */
    while (set->slots[i] != 0 && set->slots[i] != hash)
        i = (i + 1) & (set->slot_count - 1);
    return &set->slots[i];
}

static bool key_set_has(const KeySet *set, uint64_t hash)
{
    return set->count > 0 && *key_slot(set, hash | 1) != 0;
}

static void key_set_grow(KeySet *set, Arena *arena)
{
    KeySet larger = {.slot_count = set->slot_count ? 2 * set->slot_count : LEAST_SLOTS, .count = set->count};
    larger.slots = arena_array(arena, uint64_t, larger.slot_count);
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i] != 0)
            *key_slot(&larger, set->slots[i]) = set->slots[i];
    *set = larger;
}

static void key_set_add(KeySet *set, Arena *arena, uint64_t hash)
{
    if (set->count * 2 >= set->slot_count)
        key_set_grow(set, arena);
    uint64_t *slot = key_slot(set, hash | 1);
    set->count += *slot == 0;
    *slot = hash | 1;
}

/* ---- relations that are tables ---- */

/* What a class has left of a column's values. */
typedef struct Reduction {
    ColumnId column;
    const KeySet *keys;
} Reduction;

typedef struct Source {
    PlanScan *scan; /* NULL: it is no table, or gives no samples */
    Expr *const *conditions;
    size_t condition_count;
    double table_rows;
    ARRAY(Reduction) reductions;
    bool is_done; /* has been read whole, or is not to be */
} Source;

typedef struct Sampling {
    JoinGraph *graph;
    Arena *arena;     /* of sets, until all is sampled */
    Source *sources;  /* one for each relation */
    double most_rows; /* of a table that is read whole */
} Sampling;

static void source_init(Source *source, PlanColumns *columns, Plan *relation)
{
    *source = (Source){.is_done = true};
    if (relation->kind == PLAN_FILTER) {
        source->conditions = ((PlanFilter *)relation)->conditions;
        source->condition_count = ((PlanFilter *)relation)->condition_count;
        relation = relation->inputs[0];
    }
    PlanScan *scan = (PlanScan *)relation;
    if (relation->kind != PLAN_SCAN || !scan_has_sample(scan, source->conditions, source->condition_count))
        return;
    const Statistics *statistics = scan_statistics(columns, scan);
    if (statistics == NULL || statistics->row_count.precision == PRECISION_ABSENT)
        return;
    source->scan = scan;
    source->table_rows = (double)statistics->row_count.count;
    source->is_done = false;
}

/* ---- looking keys up ---- */

typedef struct Lookup {
    const KeySet *keys;
    double rows, hits;                   /* of all, and those whose key is in the set */
    double passed, passed_hits;          /* of those that pass the relation's filters */
    size_t place_count, hit_place_count; /* batches */
} Lookup;

static void lookup_visit(void *user, const SampledRows *rows)
{
    Lookup *self = user;
    uint64_t hashes[BATCH_SIZE];
    bool is_hit[BATCH_SIZE] = {false};
    const Batch *batch = rows->batch;
    size_t hits = 0;
    vectors_hash(batch->columns, 1, batch->selection, batch->row_count, hashes);
    for (size_t i = 0; i < batch->row_count; i++)
        hits += is_hit[batch_row(batch, i)] = key_set_has(self->keys, hashes[i]);
    for (size_t i = 0; i < rows->passed_count; i++)
        self->passed_hits += is_hit[rows->passed[i]];
    self->rows += (double)batch->row_count;
    self->hits += (double)hits;
    self->passed += (double)rows->passed_count;
    self->place_count++;
    self->hit_place_count += hits > 0;
}

/* The part of a member's rows that meets the set, beside what it would be if all values were equally frequent. */
static double member_skew(Sampling *self, const JoinMember *member, const Source *source, const KeySet *keys)
{
    Lookup lookup = {.keys = keys};
    size_t row_count = (size_t)fmin(fmax(source->table_rows / LOOKUP_PART, LEAST_LOOKUPS), MOST_LOOKUPS);
    scan_sample(self->graph->columns, source->scan, source->conditions, source->condition_count,
                &member->column->column, 1, row_count, lookup_visit, &lookup);
    if (lookup.rows == 0)
        return 1;
    double uniform = (double)keys->count / fmax(member->distinct, (double)keys->count);
    double of_all = fmax(lookup.hits, fmin(uniform * lookup.rows, 1)) / lookup.rows;
    if (lookup.hit_place_count * FEW_PLACES <= lookup.place_count)
        of_all = fmin(of_all, uniform);
    double passed_hits = fmax(lookup.passed_hits, fmin(of_all * lookup.passed, 1));
    return (passed_hits + PRIOR_ROWS * of_all) / (lookup.passed + PRIOR_ROWS) / uniform;
}

/* ---- reading small tables whole ---- */

/* Columns of one relation that are in classes, and those by which it is reduced. */
typedef struct Reading {
    Sampling *sampling;
    const Source *source;
    ARRAY(ColumnId) columns; /* of classes; then of the source's reductions, in order */
    KeySet *keys;            /* one for each class column: of the rows that are left */
    ARRAY(JoinClass *) classes;
    uint64_t row_count, passed_count; /* all; those that pass the filters */
} Reading;

static void reading_visit(void *user, const SampledRows *rows)
{
    Reading *self = user;
    const Source *source = self->source;
    uint16_t left[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
    size_t left_count = rows->passed_count, class_count = self->classes.count;
    memcpy(left, rows->passed, left_count * sizeof *left);
    for (size_t r = 0; r < source->reductions.count; r++) {
        size_t kept = 0;
        vectors_hash(rows->batch->columns + class_count + r, 1, left, left_count, hashes);
        for (size_t i = 0; i < left_count; i++)
            if (key_set_has(source->reductions.items[r].keys, hashes[i]))
                left[kept++] = left[i];
        left_count = kept;
    }
    for (size_t c = 0; c < class_count; c++) {
        const Vector *column = rows->batch->columns[c];
        vectors_hash(rows->batch->columns + c, 1, left, left_count, hashes);
        for (size_t i = 0; i < left_count; i++)
            if (!vector_is_null(column, left[i]))
                key_set_add(&self->keys[c], self->sampling->arena, hashes[i]);
    }
    self->row_count += rows->batch->row_count;
    self->passed_count += rows->passed_count;
}

static JoinMember *class_member(JoinClass *class, RelationSet relation)
{
    for (size_t i = 0; i < class->members.count; i++)
        if (class->members.items[i].relation == relation)
            return &class->members.items[i];
    return NULL;
}

/* Whether another relation has values of this class that this one lacks, as far as is known before it is read. */
static bool class_is_partial(const JoinClass *class, const JoinMember *member)
{
    for (size_t i = 0; i < class->members.count; i++)
        if (class->members.items[i].distinct >= 2 * member->distinct)
            return true;
    return false;
}

/* The classes for which the relation's keys are worth reading. */
static void reading_init(Reading *reading, Sampling *sampling, size_t relation)
{
    JoinGraph *graph = sampling->graph;
    const Source *source = &sampling->sources[relation];
    bool is_filtered = source->condition_count > 0 || source->reductions.count > 0;
    bool is_tiny = source->table_rows * PARTIAL_PART <= sampling->most_rows;
    *reading = (Reading){.sampling = sampling, .source = source};
    for (size_t i = 0; i < graph->classes.count; i++) {
        JoinClass *class = &graph->classes.items[i];
        const JoinMember *member = class_member(class, relation_set_of(relation));
        if (member == NULL || !(is_filtered || (is_tiny && class_is_partial(class, member))))
            continue;
        array_add(sampling->arena, &reading->classes, class);
        array_add(sampling->arena, &reading->columns, member->column->column);
    }
    for (size_t i = 0; i < source->reductions.count; i++)
        array_add(sampling->arena, &reading->columns, source->reductions.items[i].column);
    reading->keys = arena_array(sampling->arena, KeySet, reading->classes.count);
}

/* The class's other members learn of the keys that are left. */
static void class_tell(Sampling *self, JoinClass *class, RelationSet relation, const KeySet *keys)
{
    bool is_anchor = class->anchor == 0;
    if (is_anchor)
        class->anchor = relation;
    for (size_t i = 0; i < class->members.count; i++) {
        JoinMember *member = &class->members.items[i];
        Source *source = &self->sources[relation_set_first(member->relation)];
        if (member->relation == relation || source->scan == NULL)
            continue;
        if (is_anchor)
            member->skew = member_skew(self, member, source, keys);
        if (!source->is_done)
            array_add(self->arena, &source->reductions, ((Reduction){member->column->column, keys}));
    }
}

static void source_read(Sampling *self, size_t relation)
{
    Source *source = &self->sources[relation];
    Plan *plan = self->graph->relations.items[relation];
    Reading reading;
    source->is_done = true;
    reading_init(&reading, self, relation);
    if (reading.classes.count == 0)
        return;
    if (!scan_sample(self->graph->columns, source->scan, source->conditions, source->condition_count,
                     reading.columns.items, reading.columns.count, SIZE_MAX, reading_visit, &reading))
        return;
    if (source->condition_count > 0) {
        source->scan->sampled = (double)reading.passed_count / fmax((double)reading.row_count, 1);
        plan->row_estimate = (double)reading.passed_count;
    }
    for (size_t i = 0; i < reading.classes.count; i++) {
        const KeySet *keys = &reading.keys[i];
        JoinMember *member = class_member(reading.classes.items[i], relation_set_of(relation));
        if (source->reductions.count == 0)
            member->distinct = (double)keys->count;
        if (keys->count > 0)
            class_tell(self, reading.classes.items[i], member->relation, keys);
    }
}

/* The smallest table that has not been read yet; SIZE_MAX: there is none. */
static size_t next_source(const Sampling *self)
{
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < self->graph->relations.count; i++) {
        const Source *source = &self->sources[i];
        if (!source->is_done && source->table_rows <= self->most_rows &&
            (next == SIZE_MAX || source->table_rows < self->sources[next].table_rows))
            next = i;
    }
    return next;
}

void join_graph_sample(JoinGraph *graph)
{
    double largest = 0, all = 0;
    Arena *scratch = arena_new_child(graph->columns->arena);
    Sampling self = {.graph = graph, .arena = scratch};
    self.sources = arena_array(scratch, Source, graph->relations.count);
    for (size_t i = 0; i < graph->relations.count; i++) {
        source_init(&self.sources[i], graph->columns, graph->relations.items[i]);
        largest = fmax(largest, self.sources[i].table_rows);
        all += self.sources[i].table_rows;
    }
    self.most_rows = largest < FEWEST_ROWS ? -1 : fmin(fmax(all / SMALL_PART, LEAST_ROWS), MOST_ROWS);
    for (size_t next; (next = next_source(&self)) != SIZE_MAX;)
        source_read(&self, next);
    arena_free(scratch);
}
