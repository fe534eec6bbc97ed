/* engine/transaction.h: what BEGIN opens, and what each statement that writes is: levels that lie on each other.
 *
 *   0  BEGIN          tables that were written to, the catalog if it was
 *   1  SAVEPOINT s    the same, since then
 *   2  a statement    the same, while it runs
 *
 * A level that comes to its end leaves what was done to the one below; one that is undone puts everything back as it
 * was when it was opened. Without BEGIN a statement's level is the only one: so every statement is all or nothing.
 *
 * A table takes part from the first time that it is written to: it begins once for each level that is open then, so
 * that levels can be closed one by one. */
#ifndef QUERN_ENGINE_TRANSACTION_H
#define QUERN_ENGINE_TRANSACTION_H

#include "engine/engine.h"

/* Before a statement writes to a table, or to the catalog. Raises READ_ONLY in BEGIN READ ONLY, and NOT_SUPPORTED in a
 * transaction that the table cannot take part in. */
void statement_begin_write(Statement *statement, TableProvider *table);
void statement_begin_catalog(Statement *statement);
/* The statement has succeeded; does nothing when it wrote nothing. What is not committed is undone with its arena. */
void statement_commit_write(Statement *statement);
/* Raises when BEGIN is open: `what` cannot be undone. */
void statement_refuse_transaction(const Statement *statement, const char *what, Position position);

/* Undoes what is open; NULL is fine. Never raises. */
void transaction_free(Transaction *transaction);

#endif
