/* exec/join_texts.h: the texts of a join's right side, for its output. Texts of few rows, and of not so few those that
 * rows are grouped by (group_index.h), where each row is expected several times, are codes of a dictionary:
 *
 *   row ─▶ its number ─▶ text           of all rows
 *   row ─▶ its number ─▶ code ─▶ text   where few rows have different ones */
#ifndef QUERN_EXEC_JOIN_TEXTS_H
#define QUERN_EXEC_JOIN_TEXTS_H

#include "exec/join_table.h"

typedef struct JoinTexts {
    Vector *values;  /* NULL: the column's texts are no codes */
    size_t size;     /* how many values there are */
    uint32_t *codes; /* by number of the row; NULL: the number itself */
} JoinTexts;

/* All rows are there: makes the dictionaries, or takes a share of what the texts stand in. */
void join_texts_share(JoinTable *table);
/* A column of rows in memory, for the join's output; NULL: a row of NULLs. */
void join_table_output(const JoinTable *table, size_t column_index, uint8_t *const *rows, size_t count, Vector *target);
/* Gives the dictionaries back. */
void join_texts_forget(JoinTable *table);

#endif
