/* engine/rows_table.h: rows that are there already as a table: what information_schema and FROM (DESCRIBE …) read. */
#ifndef QUERN_ENGINE_ROWS_TABLE_H
#define QUERN_ENGINE_ROWS_TABLE_H

#include "engine/rows.h"
#include "provider/provider.h"

/* With one share. The rows are the arena's of `context`, and the table is not used beyond it. */
TableProvider *rows_table_new(const Context *context, BatchStream *rows);

#endif
