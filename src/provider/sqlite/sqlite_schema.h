/* provider/sqlite/sqlite_schema.h: an attached database as a schema of tables. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_SCHEMA_H
#define QUERN_PROVIDER_SQLITE_SQLITE_SCHEMA_H

#include "provider/catalog.h"
#include "provider/sqlite/sqlite_table.h"

/* Tables and views that are the user's, in the order in which they were made. */
#define SQLITE_TABLE_NAMES                                                                                             \
    "SELECT s.name FROM main.sqlite_schema AS s JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name " \
    "WHERE s.type IN ('table', 'view') AND l.type <> 'shadow' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "           \
    "ORDER BY s.rowid"

SchemaProvider *sqlite_schema_new(const Context *context, const char *path, bool is_create, bool is_mismatch_null,
                                  Position position);

#endif
