/* exec/join_table.h: the right side of a join, or a partition of it: its rows, and for a hash join where to find them
 * by key.
 *
 *   row   +-----------+------+---------+------+------------+
 *         | NULL bits | keys | columns | next | is_matched |    next: the list of rows with the same key
 *         +-----------+------+---------+------+------------+
 *
 * Copies of the join build one table together: each reads its part of the right side into rows of its own, and when all
 * have, keys are linked to rows. From then on it is read-only but for is_matched, which is only ever set.
 *
 * With keys, rows beyond the share of memory wait on disk (join_waiting.h), and each copy makes tables of partitions of
 * them, one after the other. What cannot be split stands in files that are mapped. */
#ifndef QUERN_EXEC_JOIN_TABLE_H
#define QUERN_EXEC_JOIN_TABLE_H

#include "exec/block.h"
#include "exec/dynamic_keys.h"
#include "exec/join.h"
#include "exec/join_hash.h"
#include "exec/join_waiting.h"
#include "exec/key_bits.h"
#include "exec/operator.h"
#include "expr/evaluator.h"

/* What a key's values are gathered for. */
typedef struct JoinDynamic {
    size_t key;
    DynamicFilter *filter;
    DynamicKeys **values; /* of each copy's rows */
    DynamicSnapshot *snapshot;
    KeyBits *bits;
} JoinDynamic;

typedef struct JoinTable {
    const Context *context;
    const JoinConditions *conditions;
    MemoryShare share;             /* of each copy */
    struct JoinExchange *exchange; /* NULL: its sides stay as they are */
    JoinWaiting *waiting; /* NULL where rows cannot wait: without keys, in a partition, where their order is kept */
    bool is_partition;
    bool has_waiting; /* right rows that are not here; set when all have been read */
    size_t copy_count;
    RowStore **stores; /* one a copy */
    TempFile **files;  /* and where they overflow to */
    size_t *firsts;    /* of each store: how many rows are in those before it; set when all are there */
    size_t row_count;
    const RowLayout *layout;
    JoinHash *hash;   /* NULL without keys */
    KeyRange *ranges; /* of each copy's keys */
    bool is_linked;   /* by the one who counted the rows, as they are few */
    bool walks_lists; /* more than their first rows are looked at, and more than once */
    _Atomic size_t list_count;
    bool is_laid_out; /* the lists, in `hash` */
    bool is_unique;   /* no two rows have the same key */
    size_t key_count;
    size_t column_count;     /* of the right side's columns that are kept, behind the keys */
    const size_t *columns;   /* their positions in the right side's batches */
    const size_t *placement; /* by position in the right side's batches: column of the layout, or SIZE_MAX */
    bool keeps_keyless;
    bool pads_left;
    double output_estimate;  /* rows that the join is expected to give; negative: nobody knows */
    bool *is_grouped;        /* by column of the layout: Build.group_keys has it */
    struct JoinTexts *texts; /* by column of the layout, once all rows are there; NULL: none of them are codes */
    Arena *texts_arena;
    Buffer *strings; /* a share of what the rows' texts stand in, for vectors that point there; NULL: they copy */
    _Atomic bool has_null_key; /* a row with NULL in a key came by */
    Block *list;               /* without keys: addresses of all rows */
    struct JoinRange *range;   /* and which of them inequalities leave; or NULL */
    size_t dynamic_count;      /* keys that the left side's scans are told of when all rows are there */
    JoinDynamic *dynamics;
    Arena *arena; /* of what they are told */
    Meeting read, put_down, fetched, cleared, linked, laid_out, probed;
    _Atomic size_t next_unmatched; /* RIGHT, FULL: the rows before it were asked after */
    _Atomic size_t closed_count;   /* copies that do without it from now on */
} JoinTable;

JoinTable *join_table_new(const Build *build, const Plan *plan, const JoinConditions *conditions);
/* For one copy, to be filled with a partition of the table's rows that wait. */
JoinTable *join_table_new_partition(Arena *arena, const Context *context, const JoinTable *table);
/* Of each copy's rows, which are not there yet, so many bytes stay in memory: what is more goes to a file. */
void join_table_keep(JoinTable *table, size_t size);
/* All rows are in the stores: counts them. */
void join_table_count(JoinTable *table);
/* Whether some of its rows stand in files that are mapped. */
bool join_table_is_mapped(const JoinTable *table);
size_t join_table_largest_string(const JoinTable *table);
/* Empty again, for another partition; memory is given back. */
void join_table_forget(JoinTable *table);
/* The addresses of rows first .. first+count-1; returns how many there were. */
size_t join_table_rows(const JoinTable *table, size_t first, size_t count, uint8_t **ret_rows);
/* This copy is done with it: the last one gives the memory back. */
void join_table_close(JoinTable *table);

/* Whether the right side has no rows at all. */
static inline bool join_table_is_empty(const JoinTable *table)
{
    return table->row_count == 0 && !table->has_null_key && !table->has_waiting && !table->is_partition;
}

static inline JoinRow *join_row(const JoinTable *table, uint8_t *row)
{
    return (JoinRow *)(row + table->layout->extra_offset);
}

/* One after the other of the rows of a list. `is_laid_out` is that of the table, so that loops are made for either. */
typedef struct JoinList {
    uint8_t *row;         /* NULL: at its end */
    uint8_t *const *rest; /* laid out: those behind it; NULL: there are none */
} JoinList;

static inline JoinList join_list_begin(const JoinTable *table, uint8_t *head, bool is_laid_out)
{
    return (JoinList){.row = head, .rest = is_laid_out && head ? join_row(table, head)->rest : NULL};
}

/* Not at its end. */
static inline void join_list_step(const JoinTable *table, JoinList *list, bool is_laid_out)
{
    if (is_laid_out)
        list->row = list->rest ? *list->rest++ : NULL;
    else
        list->row = join_row(table, list->row)->next;
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
