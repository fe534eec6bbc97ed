/* engine/transaction.c: BEGIN, COMMIT, ROLLBACK and SAVEPOINT. */
#include "engine/transaction.h"

#include "base/array.h"

typedef struct TransactionTable {
    TableProvider *table; /* one share; NULL: it did not come to begin, or is committed */
    const void *group;    /* tables of one group take part as one */
} TransactionTable;

typedef struct TransactionLevel {
    StringView savepoint; /* data NULL: BEGIN's or a statement's */
    ARRAY(TransactionTable) tables;
    CatalogSnapshot *snapshot; /* NULL: the catalog was not changed */
} TransactionLevel;

struct Transaction {
    QuernConnection *connection;
    Arena *arena;
    bool is_explicit; /* BEGIN opened it */
    bool is_read_only;
    ARRAY(TransactionLevel) levels;
};

/* ---- levels ---- */

static Transaction *transaction_new(QuernConnection *connection)
{
    Arena *arena = arena_new_child(connection->arena);
    Transaction *self = arena_new(arena, Transaction);
    self->connection = connection;
    self->arena = arena;
    connection->transaction = self;
    return self;
}

static void transaction_push(Transaction *self, StringView savepoint)
{
    TransactionLevel level = {.savepoint = savepoint};
    array_add(self->arena, &self->levels, level);
}

static void transaction_end(Transaction *self)
{
    self->connection->transaction = NULL;
    arena_free(self->arena);
}

/* Puts everything back as it was when the level on top was opened. */
static void transaction_undo(Transaction *self)
{
    TransactionLevel *level = &self->levels.items[self->levels.count - 1];
    for (size_t i = level->tables.count; i-- > 0;) {
        TableProvider *table = level->tables.items[i].table;
        if (table)
            table->ops->rollback(table);
        provider_unref(table);
    }
    if (level->snapshot)
        catalog_restore(self->connection->catalog, level->snapshot);
    self->levels.count--;
}

static void table_commit(TransactionTable *entry)
{
    TableProvider *table = entry->table;
    table->ops->commit(table);
    entry->table = NULL;
    provider_unref(table);
}

/* What was done stays done, as far as the levels below do. Those tables whose commit may fail come first. */
static void transaction_pop(Transaction *self)
{
    TransactionLevel *level = &self->levels.items[self->levels.count - 1];
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < level->tables.count; i++) {
            TransactionTable *entry = &level->tables.items[i];
            if (entry->table && (pass == 1 || strcmp(entry->table->ops->format, "memory") != 0))
                table_commit(entry);
        }
    catalog_snapshot_free(level->snapshot);
    self->levels.count--;
}

static bool level_has(const TransactionLevel *level, const void *group)
{
    for (size_t i = 0; i < level->tables.count; i++)
        if (level->tables.items[i].table && level->tables.items[i].group == group)
            return true;
    return false;
}

static void transaction_add(Transaction *self, TableProvider *table)
{
    const void *group = table->ops->transaction_group ? table->ops->transaction_group(table) : table;
    for (size_t i = 0; i < self->levels.count; i++) {
        TransactionLevel *level = &self->levels.items[i];
        if (level_has(level, group))
            continue;
        array_add(self->arena, &level->tables, ((TransactionTable){.group = group}));
        table->ops->begin(table);
        level->tables.items[level->tables.count - 1].table = provider_ref(table);
    }
}

void transaction_free(Transaction *transaction)
{
    if (transaction == NULL)
        return;
    while (transaction->levels.count > 0)
        transaction_undo(transaction);
    transaction_end(transaction);
}

/* ---- a statement ---- */

static void statement_level_release(void *object)
{
    Statement *statement = object;
    Transaction *transaction = statement->connection->transaction;
    if (!statement->has_level)
        return;
    statement->has_level = false;
    transaction_undo(transaction);
    if (transaction->levels.count == 0)
        transaction_end(transaction);
}

static void statement_push_level(Statement *statement)
{
    QuernConnection *connection = statement->connection;
    Transaction *transaction = connection->transaction;
    if (transaction && transaction->is_read_only)
        error_raise(ERROR_READ_ONLY, NO_POSITION, "the transaction may only read");
    if (statement->has_level)
        return;
    arena_own(statement->arena, statement, statement_level_release);
    if (transaction == NULL)
        transaction = transaction_new(connection);
    transaction_push(transaction, (StringView){0});
    statement->has_level = true;
}

void statement_begin_write(Statement *statement, TableProvider *table)
{
    const Transaction *transaction = statement->connection->transaction;
    if (table->ops->begin == NULL) {
        if (transaction && transaction->is_explicit)
            error_raise_hint(ERROR_NOT_SUPPORTED, NO_POSITION, "COMMIT first",
                             "tables of format %s cannot be written to within a transaction", table->ops->format);
        return;
    }
    statement_push_level(statement);
    transaction_add(statement->connection->transaction, table);
}

void statement_begin_catalog(Statement *statement)
{
    statement_push_level(statement);
    Transaction *transaction = statement->connection->transaction;
    for (size_t i = 0; i < transaction->levels.count; i++)
        if (transaction->levels.items[i].snapshot == NULL)
            transaction->levels.items[i].snapshot = catalog_snapshot(statement->connection->catalog);
}

void statement_commit_write(Statement *statement)
{
    Transaction *transaction = statement->connection->transaction;
    if (!statement->has_level)
        return;
    transaction_pop(transaction);
    statement->has_level = false;
    if (transaction->levels.count == 0)
        transaction_end(transaction);
}

void statement_refuse_transaction(const Statement *statement, const char *what, Position position)
{
    const Transaction *transaction = statement->connection->transaction;
    if (transaction && transaction->is_explicit)
        error_raise_hint(ERROR_NOT_SUPPORTED, position, "COMMIT first", "%s cannot stand within a transaction", what);
}

/* ---- BEGIN and what follows it ---- */

static void begin(Statement *statement, const AstTransaction *ast)
{
    QuernConnection *connection = statement->connection;
    Transaction *transaction = connection->transaction;
    if (transaction && transaction->is_explicit) {
        context_warn(&statement->context, "there is a transaction already");
        return;
    }
    if (transaction == NULL)
        transaction = transaction_new(connection);
    transaction_push(transaction, (StringView){0});
    transaction->is_explicit = true;
    transaction->is_read_only = ast->is_read_only;
}

static void commit(Transaction *transaction)
{
    while (transaction->levels.count > 0)
        transaction_pop(transaction);
    transaction_end(transaction);
}

/* Index of the level that a savepoint opened, the newest of that name. */
static size_t savepoint_level(const Transaction *transaction, const AstName *name)
{
    for (size_t i = transaction->levels.count; i-- > 1;)
        if (view_equal(transaction->levels.items[i].savepoint, name->text))
            return i;
    error_raise(ERROR_INVALID_SAVEPOINT, name->position, "savepoint \"%.*s\" does not exist",
                VIEW_ARGUMENTS(name->text));
}

static void rollback_to(Transaction *transaction, const AstName *name)
{
    size_t level = savepoint_level(transaction, name);
    StringView savepoint = transaction->levels.items[level].savepoint;
    while (transaction->levels.count > level)
        transaction_undo(transaction);
    transaction_push(transaction, savepoint); /* it is still there, and can be gone back to again */
}

static void release(Transaction *transaction, const AstName *name)
{
    size_t level = savepoint_level(transaction, name);
    while (transaction->levels.count > level)
        transaction_pop(transaction);
}

BatchStream *statement_transaction(Statement *statement, const AstStatement *ast)
{
    const AstTransaction *what = ast->transaction;
    Transaction *transaction = statement->connection->transaction;
    if (what->kind == AST_TRANSACTION_BEGIN) {
        begin(statement, what);
        return NULL;
    }
    bool is_end = what->kind == AST_TRANSACTION_COMMIT || what->kind == AST_TRANSACTION_ROLLBACK;
    if (transaction == NULL && is_end) {
        context_warn(&statement->context, "there is no transaction");
        return NULL;
    }
    if (transaction == NULL)
        error_raise(ERROR_NO_TRANSACTION, ast->position, "savepoints stand within a transaction");
    switch (what->kind) {
    case AST_TRANSACTION_COMMIT:
        commit(transaction);
        break;
    case AST_TRANSACTION_ROLLBACK:
        transaction_free(transaction);
        break;
    case AST_TRANSACTION_SAVEPOINT:
        transaction_push(transaction, arena_view(transaction->arena, what->savepoint.text));
        break;
    case AST_TRANSACTION_RELEASE:
        release(transaction, &what->savepoint);
        break;
    case AST_TRANSACTION_ROLLBACK_TO:
        rollback_to(transaction, &what->savepoint);
        break;
    case AST_TRANSACTION_BEGIN:
        break;
    }
    return NULL;
}
