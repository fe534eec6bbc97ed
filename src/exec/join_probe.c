/* exec/join_probe.c: the left side of a join: pairs, conditions, and what each type of join makes of them. */
#include "exec/join_probe.h"

#include <string.h>

#include "exec/join_texts.h"
#include "exec/row_output.h"
#include "expr/evaluator.h"

/* A column of a batch of pairs. */
typedef struct PairColumn {
    bool is_right;
    size_t position; /* in the side's batches */
    Vector *vector;
} PairColumn;

struct JoinProbe {
    PlanJoinType type;
    JoinTable *table;
    JoinSource *source;
    bool is_in;
    /* what the conditions look at */
    size_t condition_column_count;
    PairColumn *condition_columns;
    Batch *condition_batch;
    Evaluator *residual;       /* NULL: every candidate passes */
    Evaluator *mark_condition; /* NULL: every pair that passes marks */
    /* output: of pairs; or the left's columns, and the mark */
    size_t output_column_count;
    PairColumn *output_columns;
    Batch *output;
    Vector *mark; /* MARK: that of `output` that is the mark */

    const Batch *left;            /* the batch at work, or NULL */
    const uint16_t *output_slots; /* by row of `output`: its left row's, or NULL */
    bool is_left_at_end;
    bool is_past_left; /* of all copies: `phase` gives the right rows that none has met */
    uint64_t phase;
    JoinPairs pairs;
    size_t next_pair, pair_count; /* of those that are output, as some may follow in a batch of their own */
    bool passes[BATCH_SIZE];      /* by pair */
    bool is_matched[BATCH_SIZE];  /* by left row: some pair passed; MARK: is TRUE */
    bool is_unknown[BATCH_SIZE];  /* by left row, MARK: NULL unless it is TRUE */
    uint16_t selection[BATCH_SIZE];
    uint16_t passing[BATCH_SIZE]; /* of condition_batch, once conditions have run */
    uint16_t slots[BATCH_SIZE];   /* where the pairs' left rows stand in the vectors */
};

static bool join_type_keeps_right_rows(PlanJoinType type)
{
    return type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_FULL;
}

/* ---- making ---- */

static PairColumn pair_column(const Build *build, const Plan *plan, const ColumnMap *both, ColumnId column)
{
    size_t position = column_map_position(both, column), left_count = plan->inputs[0]->output_count;
    bool is_right = position >= left_count;
    if (is_right)
        position -= left_count;
    return (PairColumn){
        .is_right = is_right,
        .position = position,
        .vector = vector_new(build->arena, plan_column(build->columns, column)->type),
    };
}

static void join_probe_make_output(JoinProbe *probe, const Build *build, const Plan *plan, const ColumnMap *both)
{
    ColumnId mark = ((const PlanJoin *)plan)->mark;
    probe->output = batch_new_empty(build->arena, plan->output_count);
    probe->output_columns = arena_array(build->arena, PairColumn, plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++) {
        if (probe->type == PLAN_JOIN_MARK && plan->outputs[i] == mark) {
            probe->mark = vector_new(build->arena, type_of(TYPE_BOOLEAN));
            probe->output->columns[i] = probe->mark;
            continue;
        }
        probe->output_columns[i] = pair_column(build, plan, both, plan->outputs[i]);
        probe->output->columns[i] = probe->output_columns[i].vector;
    }
    probe->output_column_count = plan->output_count;
}

/* Columns that conditions refer to, numbered in the order in which they are met. */
typedef struct ConditionColumns {
    JoinProbe *probe;
    const Build *build;
    const Plan *plan;
    const ColumnMap *both;
    uint32_t *numbers; /* by position in the pair, counted from 1; 0: not met */
} ConditionColumns;

static ColumnId condition_column_number(void *user, ColumnId column)
{
    ConditionColumns *columns = user;
    JoinProbe *probe = columns->probe;
    uint32_t *number = &columns->numbers[column_map_position(columns->both, column)];
    if (*number == 0) {
        probe->condition_columns[probe->condition_column_count++] =
            pair_column(columns->build, columns->plan, columns->both, column);
        *number = (uint32_t)probe->condition_column_count;
    }
    return *number - 1;
}

static Evaluator *join_probe_make_evaluator(ConditionColumns *columns, Expr *const *conditions, size_t count)
{
    Arena *arena = columns->build->arena;
    Expr **mapped = arena_array(arena, Expr *, count);
    for (size_t i = 0; i < count; i++)
        mapped[i] = expr_map_columns(arena, conditions[i], condition_column_number, columns);
    return evaluator_new(arena, columns->build->context, mapped, count);
}

static void join_probe_make_conditions(JoinProbe *probe, const Build *build, const Plan *plan, const ColumnMap *both,
                                       const JoinConditions *conditions)
{
    Arena *arena = build->arena;
    size_t pair_count = plan->inputs[0]->output_count + plan->inputs[1]->output_count;
    ConditionColumns columns = {
        .probe = probe,
        .build = build,
        .plan = plan,
        .both = both,
        .numbers = arena_array(arena, uint32_t, pair_count),
    };
    probe->condition_columns = arena_array(arena, PairColumn, pair_count);
    if (conditions->residual_count)
        probe->residual = join_probe_make_evaluator(&columns, conditions->residuals, conditions->residual_count);
    if (conditions->mark_condition)
        probe->mark_condition = join_probe_make_evaluator(&columns, &conditions->mark_condition, 1);
    probe->condition_batch = batch_new_empty(arena, probe->condition_column_count);
    for (size_t c = 0; c < probe->condition_column_count; c++)
        probe->condition_batch->columns[c] = probe->condition_columns[c].vector;
}

JoinProbe *join_probe_new(const Build *build, const Plan *plan, JoinTable *table, JoinSource *source)
{
    JoinProbe *probe = arena_new(build->arena, JoinProbe);
    const JoinConditions *conditions = table->conditions;
    probe->table = table;
    probe->source = source;
    ColumnMap both = column_map_new(build, plan->inputs[0], plan->inputs[1]);
    probe->type = ((const PlanJoin *)plan)->type;
    probe->is_in = conditions->is_in;
    join_probe_make_output(probe, build, plan, &both);
    join_probe_make_conditions(probe, build, plan, &both, conditions);
    return probe;
}

/* ---- columns of pairs ---- */

/* How the left rows of some pairs stand in the left batch's vectors. */
typedef enum LeftShape {
    LEFT_SCATTERED,
    LEFT_SAME,     /* one row for all pairs */
    LEFT_IDENTICAL /* slot i for pair i, and no others */
} LeftShape;

static LeftShape join_probe_left_shape(const JoinProbe *probe, const uint16_t *slots, size_t count)
{
    const Batch *left = probe->left;
    if (slots[0] == slots[count - 1] && count > 1)
        return LEFT_SAME; /* pairs are in the order of the left rows */
    if (count != left->vector_size)
        return LEFT_SCATTERED;
    unsigned difference = 0;
    for (size_t i = 0; i < count; i++)
        difference |= slots[i] ^ (unsigned)i;
    return difference == 0 ? LEFT_IDENTICAL : LEFT_SCATTERED;
}

static void left_column_gather(Vector *target, const Vector *source, LeftShape shape, const uint16_t *slots,
                               size_t count)
{
    if (shape == LEFT_IDENTICAL) {
        vector_reference(target, source);
    } else if (shape == LEFT_SAME) {
        Value value = vector_value(source, slots[0]);
        vector_set_constant(target, &value);
    } else {
        vector_gather(target, source, slots, count);
    }
}

/* Makes the columns of `count` pairs, which are not none. */
static void join_probe_gather(JoinProbe *probe, const PairColumn *columns, size_t column_count, const uint16_t *slots,
                              uint8_t *const *rows, size_t count, bool is_output)
{
    const JoinTable *table = probe->table;
    LeftShape shape = join_probe_left_shape(probe, slots, count);
    for (size_t c = 0; c < column_count; c++) {
        const PairColumn *column = &columns[c];
        if (column->vector == NULL)
            continue;
        if (!column->is_right)
            left_column_gather(column->vector, probe->left->columns[column->position], shape, slots, count);
        else if (is_output)
            join_table_output(table, table->placement[column->position], rows, count, column->vector);
        else
            rows_read(table->layout, table->placement[column->position], rows, count, column->vector);
    }
}

/* ---- candidates ---- */

static bool join_probe_has_residual(const JoinProbe *probe)
{
    return probe->residual && !probe->source->is_exact;
}

enum { MAPPED_PAIRS = 4 * TEMP_LOOKS }; /* at once, of rows that are mapped: some stand side by side */

static void join_probe_fill(JoinProbe *probe, bool pads, const bool *is_decided)
{
    temp_memory_look();
    probe->source->fill(probe->source, &probe->pairs, pads, is_decided);
}

/* ---- conditions ---- */

/* Runs the residual conditions over the candidates: passes[k] for each pair that passes; pairs with NULL do not. Leaves
 * in condition_batch those that pass. Returns how many do. */
static size_t join_probe_test(JoinProbe *probe)
{
    JoinPairs *pairs = &probe->pairs;
    size_t count = 0;
    for (size_t k = 0; k < pairs->count; k++) {
        probe->selection[count] = (uint16_t)k;
        count += pairs->right[k] != NULL;
        probe->slots[k] = (uint16_t)batch_row(probe->left, pairs->left[k]);
    }
    memset(probe->passes, 0, pairs->count);
    Batch *batch = probe->condition_batch;
    batch->row_count = count;
    batch->vector_size = pairs->count;
    batch->selection = count < pairs->count ? probe->selection : NULL;
    if (count == 0)
        return 0;
    if (probe->condition_column_count)
        join_probe_gather(probe, probe->condition_columns, probe->condition_column_count, probe->slots, pairs->right,
                          pairs->count, /* is_output= */ false);
    if (join_probe_has_residual(probe))
        count = evaluator_filter(probe->residual, batch, probe->passing);
    for (size_t i = 0; i < count; i++)
        probe->passes[batch_row(batch, i)] = true;
    return count;
}

/* ---- pairs that are the output ---- */

_Noreturn static void join_raise_cardinality(void)
{
    error_raise(ERROR_CARDINALITY, NO_POSITION, "more than one row returned by a subquery used as an expression");
}

/* The candidates that pass; nothing is put in the place of left rows without one. Works in place. */
static void pairs_keep_passing(JoinProbe *probe)
{
    JoinPairs *pairs = &probe->pairs;
    size_t count = 0;
    for (size_t k = 0; k < pairs->count; k++) {
        pairs->left[count] = pairs->left[k];
        pairs->right[count] = pairs->right[k];
        count += probe->passes[k];
    }
    pairs->count = count;
}

/* The same, and a left row none of whose candidates has passed gives one pair with NULL, in its last candidate's place.
 * Its candidates may have begun in an earlier batch of pairs: is_matched remembers. */
static void pairs_keep_padded(JoinProbe *probe)
{
    JoinPairs *pairs = &probe->pairs;
    size_t count = 0, pair_count = pairs->count;
    for (size_t k = 0; k < pair_count; k++) {
        uint16_t left = pairs->left[k];
        uint8_t *right = pairs->right[k];
        if (probe->passes[k]) {
            if (probe->type == PLAN_JOIN_SINGLE && probe->is_matched[left])
                join_raise_cardinality();
            probe->is_matched[left] = true;
        } else {
            bool is_last = (k + 1 < pair_count ? pairs->left[k + 1] : probe->source->next_left) != left;
            if (!is_last || probe->is_matched[left])
                continue;
            right = NULL;
        }
        pairs->left[count] = left;
        pairs->right[count++] = right;
    }
    pairs->count = count;
}

static void pairs_note_right_rows(JoinProbe *probe)
{
    for (size_t k = 0; k < probe->pairs.count; k++)
        if (probe->pairs.right[k])
            join_row_set_matched(probe->table, probe->pairs.right[k]);
}

/* The next of them: not all where copies of their right rows' texts would take much. */
static Batch *pairs_output(JoinProbe *probe)
{
    const uint16_t *left = probe->pairs.left + probe->next_pair;
    uint8_t *const *right = probe->pairs.right + probe->next_pair;
    Batch *output = probe->output;
    const JoinTable *table = probe->table;
    size_t wanted = probe->pair_count - probe->next_pair;
    size_t count = rows_output_count(table->layout, join_table_largest_string(table), right, wanted);
    probe->next_pair += count;
    output->row_count = output->vector_size = count;
    output->selection = NULL;
    output->morsel = probe->left->morsel;
    if (count == 0)
        return output;
    for (size_t k = 0; k < count; k++)
        probe->slots[k] = (uint16_t)batch_row(probe->left, left[k]);
    probe->output_slots = probe->slots;
    join_probe_gather(probe, probe->output_columns, probe->output_column_count, probe->slots, right, count,
                      /* is_output= */ true);
    return output;
}

/* The output of the next candidates; may be empty. */
static Batch *join_probe_next_pairs(JoinProbe *probe)
{
    bool pads = join_type_pads_left_rows(probe->type);
    join_probe_fill(probe, pads, NULL);
    if (join_probe_has_residual(probe) || probe->type == PLAN_JOIN_SINGLE) {
        join_probe_test(probe);
        (pads ? pairs_keep_padded : pairs_keep_passing)(probe);
    }
    if (join_type_keeps_right_rows(probe->type))
        pairs_note_right_rows(probe);
    probe->next_pair = 0;
    probe->pair_count = probe->pairs.count;
    return pairs_output(probe);
}

/* ---- right rows that are marked ---- */

/* The candidates whose right row is not marked yet. */
static void pairs_keep_unmarked(JoinProbe *probe)
{
    JoinPairs *pairs = &probe->pairs;
    size_t count = 0;
    for (size_t k = 0; k < pairs->count; k++) {
        pairs->left[count] = pairs->left[k];
        pairs->right[count] = pairs->right[k];
        count += !join_row_is_matched(probe->table, pairs->right[k]);
    }
    pairs->count = count;
}

/* Marks what the left batch meets. */
static void join_probe_mark_right(JoinProbe *probe, Operator *op)
{
    JoinSource *source = probe->source;
    if (probe->residual == NULL && source->mark_candidates) {
        source->mark_candidates(source);
        return;
    }
    while (source->next_left < probe->left->row_count) {
        context_check(op->context);
        join_probe_fill(probe, /* pads= */ false, NULL);
        pairs_keep_unmarked(probe);
        if (join_probe_has_residual(probe)) {
            join_probe_test(probe);
            pairs_keep_passing(probe);
        }
        pairs_note_right_rows(probe);
    }
}

/* ---- right rows at the end, by whether a left row has met them ---- */

static Batch *join_probe_next_right(JoinProbe *probe, Operator *op)
{
    JoinTable *table = probe->table;
    JoinPairs *pairs = &probe->pairs;
    Worker *worker = table->is_partition ? NULL : op->worker; /* a partition is one copy's */
    bool wanted = probe->type == PLAN_JOIN_RIGHT_SEMI;
    if (!probe->is_past_left) {
        worker_meet(worker, &table->probed, NULL, NULL);
        probe->phase = worker_begin_phase(worker);
        probe->is_past_left = true;
    }
    temp_memory_look();
    size_t step = large_rows_at_once(table->context, join_table_largest_string(table), op->batch_size);
    size_t first = atomic_fetch_add(&table->next_unmatched, step);
    size_t read_count = join_table_rows(table, first, step, pairs->right);
    if (read_count == 0)
        return NULL;
    size_t count = 0;
    for (size_t k = 0; k < read_count; k++) {
        uint8_t *row = pairs->right[k];
        pairs->right[count] = row;
        count += join_row_is_matched(table, row) == wanted;
    }
    Batch *output = probe->output;
    probe->output_slots = NULL;
    output->morsel = worker_enter(worker, probe->phase, first / step);
    output->row_count = output->vector_size = count;
    output->selection = NULL;
    for (size_t c = 0; c < probe->output_column_count && count > 0; c++) {
        const PairColumn *column = &probe->output_columns[c];
        if (column->is_right) {
            join_table_output(table, table->placement[column->position], pairs->right, count, column->vector);
        } else {
            Value null = value_null(column->vector->type);
            vector_set_constant(column->vector, &null);
        }
    }
    return output;
}

/* ---- left rows that are kept, marked or dropped ---- */

/* What the pairs that pass say of their left rows. */
static void join_probe_decide(JoinProbe *probe)
{
    const Batch *batch = probe->condition_batch;
    const JoinPairs *pairs = &probe->pairs;
    if (probe->mark_condition == NULL) {
        for (size_t i = 0; i < batch->row_count; i++)
            probe->is_matched[pairs->left[batch_row(batch, i)]] = true;
        return;
    }
    const Vector *mark = evaluator_value_flat(probe->mark_condition, 0, batch);
    const bool *values = VECTOR_DATA(mark, bool);
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t k = batch_row(batch, i);
        bool is_valid = validity_get(mark->validity, k);
        probe->is_unknown[pairs->left[k]] |= !is_valid;
        probe->is_matched[pairs->left[k]] |= is_valid && values[k];
    }
}

/* Sets is_matched, and is_unknown for MARK, for the whole left batch. */
static void join_probe_decide_all(JoinProbe *probe, Operator *op)
{
    JoinSource *source = probe->source;
    size_t row_count = probe->left->row_count;
    if (probe->residual == NULL && probe->mark_condition == NULL) {
        source->find_matched(source, probe->is_matched);
        if (!probe->is_in || join_table_is_empty(probe->table))
            return;
        if (probe->table->has_null_key)
            memset(probe->is_unknown, true, row_count);
        else
            source->find_null_keys(source, probe->is_unknown);
        return;
    }
    while (source->next_left < row_count) {
        context_check(op->context);
        join_probe_fill(probe, /* pads= */ false, probe->is_matched);
        if (join_probe_test(probe) > 0)
            join_probe_decide(probe);
    }
}

static void join_probe_write_mark(JoinProbe *probe)
{
    const Batch *left = probe->left;
    vector_prepare(probe->mark, left->vector_size);
    bool *values = VECTOR_DATA(probe->mark, bool);
    memset(values, 0, left->vector_size * sizeof *values);
    for (size_t i = 0; i < left->row_count; i++) {
        size_t slot = batch_row(left, i);
        if (probe->is_matched[i])
            values[slot] = true;
        else if (probe->is_unknown[i])
            vector_set_null(probe->mark, slot);
    }
}

/* The left batch's rows that stay; may be none. */
static Batch *join_probe_narrow(JoinProbe *probe)
{
    const Batch *left = probe->left;
    Batch *output = probe->output;
    output->row_count = left->row_count;
    output->vector_size = left->vector_size;
    output->selection = left->selection;
    output->morsel = left->morsel;
    probe->output_slots = left->selection ? left->selection : selection_all;
    for (size_t c = 0; c < probe->output_column_count; c++)
        if (output->columns[c] != probe->mark)
            output->columns[c] = left->columns[probe->output_columns[c].position];
    if (probe->type == PLAN_JOIN_MARK) {
        if (probe->mark)
            join_probe_write_mark(probe);
        return output;
    }
    size_t count = 0;
    bool wanted = probe->type == PLAN_JOIN_SEMI;
    for (size_t i = 0; i < left->row_count; i++) {
        probe->selection[count] = (uint16_t)batch_row(left, i);
        count += probe->is_matched[i] == wanted;
    }
    output->row_count = count;
    output->selection = probe->output_slots = probe->selection;
    return output;
}

/* ---- all of it ---- */

static bool join_probe_pull(JoinProbe *probe)
{
    probe->left = probe->source->pull(probe->source);
    if (probe->left == NULL) {
        probe->is_left_at_end = true;
        return false;
    }
    memset(probe->is_matched, 0, probe->left->row_count);
    memset(probe->is_unknown, 0, probe->left->row_count);
    probe->source->left = probe->left;
    probe->source->next_left = 0;
    probe->source->begin(probe->source, probe->left);
    return true;
}

/* Whether nothing can come, whatever the left side has. */
static bool join_probe_is_idle(const JoinProbe *probe)
{
    bool needs_right = probe->type == PLAN_JOIN_INNER || probe->type == PLAN_JOIN_RIGHT ||
                       probe->type == PLAN_JOIN_SEMI || plan_join_marks_right(probe->type);
    return needs_right && probe->table->row_count == 0 && !probe->table->has_waiting;
}

/* What comes of the left rows; NULL when they have all been. */
static Batch *join_probe_next_left(JoinProbe *probe, Operator *op)
{
    if (probe->next_pair < probe->pair_count)
        return pairs_output(probe);
    while (!probe->is_left_at_end) {
        context_check(op->context);
        bool is_done = probe->left == NULL || probe->source->next_left >= probe->left->row_count;
        if (is_done && !join_probe_pull(probe))
            break;
        if (plan_join_marks_right(probe->type)) {
            join_probe_mark_right(probe, op);
            probe->source->next_left = probe->left->row_count;
            continue;
        }
        if (!join_type_gives_pairs(probe->type)) {
            join_probe_decide_all(probe, op);
            probe->source->next_left = probe->left->row_count;
            return join_probe_narrow(probe);
        }
        Batch *output = join_probe_next_pairs(probe);
        if (output->row_count > 0)
            return output;
    }
    return NULL;
}

void join_probe_begin_again(JoinProbe *probe, JoinTable *table)
{
    probe->table = table;
    probe->left = NULL;
    probe->is_left_at_end = probe->is_past_left = false;
}

const uint16_t *join_probe_left_slots(const JoinProbe *probe)
{
    return probe->output_slots;
}

static size_t join_probe_capacity(const JoinProbe *probe, const Operator *op)
{
    bool is_far = op->batch_size > MAPPED_PAIRS && probe->table->hash && join_table_is_mapped(probe->table);
    return is_far ? MAPPED_PAIRS : op->batch_size;
}

Batch *join_probe_next(JoinProbe *probe, Operator *op)
{
    if (join_probe_is_idle(probe))
        return NULL;
    probe->pairs.capacity = join_probe_capacity(probe, op);
    Batch *output = join_probe_next_left(probe, op);
    if (output || !(join_type_keeps_right_rows(probe->type) || plan_join_marks_right(probe->type)))
        return output;
    return join_probe_next_right(probe, op);
}
