/* exec/join_table.h: the right side of a join in memory: its rows, and for a hash join where to find them by key.
 *
 *   row   +-----------+------+---------+------+------------+
 *         | NULL bits | keys | columns | next | is_matched |    next: the list of rows with the same key
 *         +-----------+------+---------+------+------------+
 *
 * It is written while it is built, and read-only then but for is_matched: what copies of a join may share. */
#ifndef QUERN_EXEC_JOIN_TABLE_H
#define QUERN_EXEC_JOIN_TABLE_H

#include "exec/dynamic_keys.h"
#include "exec/hash_table.h"
#include "exec/join.h"
#include "exec/operator.h"
#include "expr/evaluator.h"

/* What stands behind a row's columns. */
typedef struct JoinRow {
    uint8_t *next;
    bool is_matched; /* RIGHT, FULL: some left row has met it */
    bool is_keyless; /* NULL in a key that equals nothing: kept for RIGHT and FULL alone */
} JoinRow;

typedef struct JoinTable {
    RowStore *rows;
    const RowLayout *layout;
    HashTable *hash; /* NULL without keys */
    size_t key_count;
    const bool *key_nulls_equal;
    Evaluator *keys;         /* over the right side's batches */
    size_t column_count;     /* of the right side's columns that are kept, behind the keys */
    const size_t *columns;   /* their positions in the right side's batches */
    const size_t *placement; /* by position in the right side's batches: column of the layout, or SIZE_MAX */
    bool keeps_keyless;
    bool has_null_key;    /* a row with NULL in a key came by */
    size_t dynamic_count; /* keys that the left side's scans are told of when all rows are there */
    struct JoinDynamic *dynamics;
} JoinTable;

/* `used`: by position in the right side's outputs, whether the column is asked for. */
JoinTable *join_table_new(const Build *build, const Plan *plan, const JoinConditions *conditions, const bool *used);
/* Reads the right side to its end. */
void join_table_build(JoinTable *table, Operator *op, Operator *right);
/* Gives the memory back. */
void join_table_clear(JoinTable *table);

static inline JoinRow *join_row(const JoinTable *table, uint8_t *row)
{
    return (JoinRow *)(row + table->layout->extra_offset);
}

#endif
