/* exec/recursive.c: WITH RECURSIVE, round by round (semi-naive evaluation; SQL:1999).
 *
 *   round 0   base  -> rows 0
 *   round n   step, which reads rows n-1 -> rows n
 *   the end   is a round without rows
 *
 * UNION ALL keeps two stores: the rows that are read and those that are being made. UNION keeps all rows in one store
 * with a hash table over it, which drops what was there before; a round's rows are a range of it. What is more than
 * the share of memory, of rows and of the table, stands in files that are mapped.
 *
 * The operators of the step are made anew each round, in an arena of the round. So nothing that is handed on may point
 * into them: rows go to the store and from there to vectors of this operator. */
#include "exec/cte.h"
#include "exec/hash_table.h"
#include "exec/row_output.h"

typedef struct RecursiveOperator {
    Operator base;
    Build build; /* of the step: its arena is the round's */
    CteRows *rows;
    RowStore *made;   /* UNION ALL: this round's rows; UNION: the same store as rows->store */
    HashTable *table; /* UNION; else NULL */
    HashProbe *probe;
    TempFile *table_file; /* where its slots stand that are more than the share allows */
    Operator *step;       /* NULL: the base is being read */
    Batch *batch;
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
} RecursiveOperator;

/* Adds `count` rows from `first` on; those that are new get the places found[kept ..]. Returns how many that makes. */
static size_t recursive_add(RecursiveOperator *self, const Batch *batch, size_t first, size_t count, size_t kept)
{
    const uint16_t *selection = (batch->selection ? batch->selection : selection_all) + first;
    uint8_t *rows[BATCH_SIZE];
    hash_table_add(self->table, self->probe, batch->columns, selection, count, rows, self->is_new);
    for (size_t i = 0; i < count; i++) {
        self->found[kept] = rows[i];
        kept += self->is_new[i];
    }
    return kept;
}

/* Keeps the batch's rows; their addresses are found[0 .. count-1]. What stands in files is looked at here and there. */
static size_t recursive_keep(RecursiveOperator *self, const Batch *batch)
{
    if (self->table == NULL) {
        cte_store_add(self->made, batch, self->found);
        return batch->row_count;
    }
    if (!temp_file_is_mapped(self->table_file) && !row_store_is_mapped(self->made))
        return recursive_add(self, batch, 0, batch->row_count, 0);
    size_t kept = 0;
    for (size_t first = 0; first < batch->row_count; first += TEMP_LOOKS) {
        temp_memory_look();
        size_t left = batch->row_count - first;
        kept = recursive_add(self, batch, first, left < TEMP_LOOKS ? left : TEMP_LOOKS, kept);
    }
    return kept;
}

/* The rows of the round that has ended become those that are read; false: there are none. */
static bool recursive_turn(RecursiveOperator *self)
{
    CteRows *rows = self->rows;
    if (self->table) {
        rows->first = rows->end;
    } else {
        RowStore *read = rows->store;
        rows->store = self->made;
        self->made = read;
        row_store_clear(read);
    }
    rows->end = row_store_count(rows->store);
    return rows->first < rows->end;
}

static void recursive_begin_step(RecursiveOperator *self)
{
    if (self->step)
        operator_close(self->step);
    self->step = NULL;
    arena_reset(self->build.arena);
    self->step = build_operator(&self->build, self->base.plan->inputs[1]);
    operator_open(self->step);
}

static Batch *recursive_next(Operator *op)
{
    RecursiveOperator *self = (RecursiveOperator *)op;
    for (;;) {
        const Batch *input = operator_next(self->step ? self->step : op->inputs[0]);
        if (input == NULL) {
            if (!recursive_turn(self))
                return NULL;
            context_check(op->context);
            recursive_begin_step(self);
            continue;
        }
        size_t count = recursive_keep(self, input);
        size_t made_size = self->table ? hash_table_size(self->table) : row_store_size(self->made);
        operator_note_memory(op, row_store_size(self->rows->store) + made_size);
        if (count == 0)
            continue;
        rows_output(row_store_layout(self->made), self->found, count, self->batch);
        return self->batch;
    }
}

static void recursive_close(Operator *op)
{
    RecursiveOperator *self = (RecursiveOperator *)op;
    if (self->step)
        operator_close(self->step);
    self->step = NULL;
    if (self->table)
        hash_table_clear(self->table);
    row_store_release(self->made);
    row_store_release(self->rows->store);
}

static const OperatorOps recursive_ops = {"Recursive", NULL, recursive_next, recursive_close};

Operator *recursive_new(const Build *build, const Plan *plan, Operator **inputs)
{
    RecursiveOperator *self = operator_new(build, RecursiveOperator, &recursive_ops, plan, inputs);
    Arena *arena = build->arena;
    self->base.input_count = 1; /* the step is no input: it comes and goes */
    self->build = *build;
    self->build.arena = arena_new_child(arena);
    self->build.order_matters = true; /* of rows that may be read in many places */
    self->rows = build->ctes;
    if (((const PlanRecursive *)plan)->is_all) {
        self->made = cte_store_new(build, plan);
    } else {
        self->made = self->rows->store;
        self->table = hash_table_new(arena, build->context, self->made, plan->output_count,
                                     "the hash table of a recursive UNION");
        self->table_file = temp_file_new(arena, build->context);
        hash_table_overflow_to(self->table, self->table_file,
                               memory_share_kept(memory_share_part(build->memory_share, 4)));
        self->probe = hash_probe_new(arena);
    }
    self->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(arena, plan_column(build->columns, plan->outputs[c])->type);
    return &self->base;
}
