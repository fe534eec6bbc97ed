/* exec/join_table.h: the right side of a join in memory: its rows, and for a hash join where to find them by key.
 *
 *   row   +-----------+------+---------+------+------------+
 *         | NULL bits | keys | columns | next | is_matched |    next: the list of rows with the same key
 *         +-----------+------+---------+------+------------+
 *
 * Copies of the join build one table together: each reads its part of the right side into rows of its own, and when all
 * have, keys are linked to rows. From then on it is read-only but for is_matched, which is only ever set. */
#ifndef QUERN_EXEC_JOIN_TABLE_H
#define QUERN_EXEC_JOIN_TABLE_H

#include "exec/block.h"
#include "exec/dynamic_keys.h"
#include "exec/join.h"
#include "exec/join_hash.h"
#include "exec/key_bits.h"
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct JoinTable {
    const Context *context;
    const JoinConditions *conditions;
    size_t copy_count;
    RowStore **stores; /* one a copy */
    size_t *firsts;    /* of each store: how many rows are in those before it; set when all are there */
    size_t row_count;
    const RowLayout *layout;
    JoinHash *hash;   /* NULL without keys */
    KeyRange *ranges; /* of each copy's keys */
    bool is_linked;   /* by the one who counted the rows, as they are few */
    size_t key_count;
    size_t column_count;     /* of the right side's columns that are kept, behind the keys */
    const size_t *columns;   /* their positions in the right side's batches */
    const size_t *placement; /* by position in the right side's batches: column of the layout, or SIZE_MAX */
    bool keeps_keyless;
    _Atomic bool has_null_key; /* a row with NULL in a key came by */
    Block *list;               /* without keys: addresses of all rows */
    size_t dynamic_count;      /* keys that the left side's scans are told of when all rows are there */
    struct JoinDynamic *dynamics;
    Arena *arena; /* of what they are told */
    Meeting read, cleared, linked, probed;
    _Atomic size_t next_unmatched; /* RIGHT, FULL: the rows before it were asked after */
    _Atomic size_t closed_count;   /* copies that do without it from now on */
} JoinTable;

JoinTable *join_table_new(const Build *build, const Plan *plan, const JoinConditions *conditions);
/* Reads this copy's part of the right side to its end, and waits until the others have too: the table is whole. */
void join_table_build(JoinTable *table, Operator *op, Operator *right);
/* The addresses of rows first .. first+count-1; returns how many there were. */
size_t join_table_rows(const JoinTable *table, size_t first, size_t count, uint8_t **ret_rows);
/* This copy is done with it: the last one gives the memory back. */
void join_table_close(JoinTable *table);

static inline JoinRow *join_row(const JoinTable *table, uint8_t *row)
{
    return (JoinRow *)(row + table->layout->extra_offset);
}

static inline bool join_row_is_matched(const JoinTable *table, uint8_t *row)
{
    return __atomic_load_n(&join_row(table, row)->is_matched, __ATOMIC_RELAXED);
}

static inline void join_row_set_matched(const JoinTable *table, uint8_t *row)
{
    if (!join_row_is_matched(table, row))
        __atomic_store_n(&join_row(table, row)->is_matched, true, __ATOMIC_RELAXED);
}

#endif
