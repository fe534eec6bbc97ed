/* provider/sqlite/sqlite_filter.h: conditions as SQLite's SQL, with their values bound. README.md has the table of what
 * is taken how, and why. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_FILTER_H
#define QUERN_PROVIDER_SQLITE_SQLITE_FILTER_H

#include "base/array.h"
#include "provider/sqlite/sqlite_table.h"

/* SQL that grows, and what its parameters ?1, ?2, … stand for. */
typedef struct SqliteSql {
    Arena *arena;
    Text text;
    ARRAY(Value) parameters; /* as sqlite_value_store gives them */
    bool avoids_indexes;     /* +column: SQLite looks up nothing by what is added now */
} SqliteSql;

static inline SqliteSql sqlite_sql_in(Arena *arena)
{
    return (SqliteSql){.arena = arena, .text = text_in(arena)};
}

/* SQLite's trees are 1000 deep at most, where a AND b AND c counts as 3: so many conditions are added to one SELECT,
 * and so many parts has one at most. */
enum { SQLITE_MOST_PARTS = 150 };

/* Adds the condition, or (UNSUPPORTED) nothing. */
FilterPushdown sqlite_filter_add(SqliteSql *sql, const SqliteTable *table, const SqliteShape *shape,
                                 const Expr *filter);

#endif
