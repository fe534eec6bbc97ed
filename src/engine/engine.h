/* engine/engine.h: what a connection, a statement and a result are made of. */
#ifndef QUERN_ENGINE_ENGINE_H
#define QUERN_ENGINE_ENGINE_H

#include <quern/quern.h>

#include "bind/bind.h"
#include "column/writer.h"
#include "engine/rejects.h"
#include "engine/rows.h"
#include "exec/exec.h"
#include "sql/ast.h"

typedef struct Transaction Transaction; /* engine/transaction.h */

struct QuernConnection {
    Arena *arena; /* the connection itself stands in it */
    Catalog *catalog;
    Settings settings;
    Transaction *transaction; /* open, or NULL */
    MemoryBudget memory;
    Rejects *rejects;            /* rows that its statements have left out */
    MemoryBudget temp;           /* temporary files */
    bool has_foreign_keys;       /* some table has, or had, one */
    Map parameters;              /* of quern_bind: name to text */
    Map prepared;                /* by name: QuernStatements of PREPARE */
    QuernStatement *statements;  /* all that there are, of quern_prepare too */
    uint64_t setting_count;      /* how often a setting was changed, or functions were added */
    uint64_t planned_generation; /* plans of earlier ones are gone */
    _Atomic bool is_cancelled;
    Error error; /* of the last call that failed */
    void (*warn)(void *user, const char *message);
    void *warn_user;
    void (*difference)(void *user, const char *line, size_t size);
    void *difference_user;
    ContextInput input; /* while has_input: in the place of standard input */
    bool has_input;
    QuernResult *result;   /* the open one, or NULL */
    Progress progress;     /* of its statement */
    size_t memory_default; /* memory_limit 0: so many bytes */
};

struct QuernTable {
    QuernConnection *connection;
    TableProvider *provider; /* one share */
};

/* A statement while it is started, and then as long as its result lives: all of it stands in `arena`. */
typedef struct Statement {
    QuernConnection *connection;
    Arena *arena;
    Context context;
    PlanColumns columns;
    BindEnvironment environment;
    StringView text; /* of the statement */
    bool has_level;  /* of the transaction: it writes */
} Statement;

struct QuernResult {
    Statement statement;
    QuernStatement *prepared; /* whose result it is; NULL: of quern_query */
    BatchStream *stream;      /* NULL: the statement has no result at all */
    const Schema *schema;
    const AstStatement *ast;
    bool is_begun; /* the first batch was asked for */
    /* the row cursor */
    Batch *batch;
    size_t row; /* behind the one that is shown: 1 is the batch's first */
    Arena *row_arena;
    bool is_at_end;
};

/* The first column of a query's rows, of which there are at most `limit`: BindEnvironment's read_column. */
const Value *statement_read_column(void *statement, const BoundQuery *query, size_t limit, size_t *ret_count);

/* What a kind of statement does: the rows that it gives, or NULL for no result. Raises. */
typedef BatchStream *(*StatementRun)(Statement *statement, const AstStatement *ast);

/* One function a kind; engine/statement.c lists them. */
BatchStream *statement_query(Statement *statement, const AstStatement *ast);
BatchStream *statement_write(Statement *statement, const AstStatement *ast);
BatchStream *statement_truncate(Statement *statement, const AstStatement *ast);
BatchStream *statement_analyze(Statement *statement, const AstStatement *ast);
BatchStream *statement_transaction(Statement *statement, const AstStatement *ast);
BatchStream *statement_explain(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_table(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_view(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_external_table(Statement *statement, const AstStatement *ast);
BatchStream *statement_drop(Statement *statement, const AstStatement *ast);
BatchStream *statement_comment(Statement *statement, const AstStatement *ast);
BatchStream *statement_alter(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_index(Statement *statement, const AstStatement *ast);
BatchStream *statement_reindex(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_sequence(Statement *statement, const AstStatement *ast);
BatchStream *statement_alter_sequence(Statement *statement, const AstStatement *ast);
BatchStream *statement_create_schema(Statement *statement, const AstStatement *ast);
BatchStream *statement_copy(Statement *statement, const AstStatement *ast);
BatchStream *statement_attach(Statement *statement, const AstStatement *ast);
BatchStream *statement_detach(Statement *statement, const AstStatement *ast);
BatchStream *statement_use(Statement *statement, const AstStatement *ast);
BatchStream *statement_describe(Statement *statement, const AstStatement *ast);
BatchStream *statement_summarize(Statement *statement, const AstStatement *ast);
BatchStream *statement_show(Statement *statement, const AstStatement *ast);
BatchStream *statement_set(Statement *statement, const AstStatement *ast);
BatchStream *statement_reset(Statement *statement, const AstStatement *ast);
BatchStream *statement_pragma(Statement *statement, const AstStatement *ast);
BatchStream *statement_prepare(Statement *statement, const AstStatement *ast);
BatchStream *statement_execute(Statement *statement, const AstStatement *ast);
BatchStream *statement_deallocate(Statement *statement, const AstStatement *ast);
BatchStream *statement_load(Statement *statement, const AstStatement *ast);

/* Runs a parsed statement of any kind. Raises NOT_SUPPORTED for those that have no function yet. */
BatchStream *statement_run(Statement *statement, const AstStatement *ast);
/* A statement without text of its own, for what the API does to tables. */
void statement_init(Statement *statement, QuernConnection *connection, Arena *arena);

/* Fetches the first batch, once. */
QuernStatus result_begin(QuernResult *result);
/* Of a QuernResult: the next batch; is_at_end behind the last. Raises. */
void result_pull(void *result);

/* ---- pieces that several statements use ---- */

/* A query, or what writes, that the optimizer is done with. */
typedef struct StatementPlan {
    const PlanColumns *columns;
    const Plan *plan;
    const Schema *schema; /* the result's names and types */
} StatementPlan;

/* Names and types of a query's result: `plan` is the query's, which rules may have changed. */
const Schema *statement_schema(const Statement *statement, const BoundQuery *query, const Plan *plan);
StatementPlan statement_plan(Statement *statement, const BoundQuery *query);
/* Its rows, made while they are pulled; or all of them, now. */
BatchStream *statement_start(Statement *statement, const StatementPlan *plan);
BatchStream *statement_run_to_end(Statement *statement, const StatementPlan *plan);
/* Optimizes and starts a bound query; a result's names and types in *ret_schema (may be NULL). */
Execution *statement_start_query(Statement *statement, const BoundQuery *query, const Schema **ret_schema);
/* Runs a plan that writes, to its end, and keeps its count row; foreign keys are followed. */
BatchStream *statement_run_write(Statement *statement, const BoundQuery *query);
/* The same without foreign keys. */
BatchStream *statement_write_rows(Statement *statement, const BoundQuery *query);
/* One row, one UBIGINT column `count`. */
BatchStream *statement_count_row(Statement *statement, uint64_t count);
/* Raises READ_ONLY when SET safe = on forbids to write. `what` stands in the message. */
void statement_require_unsafe(const Statement *statement, const char *what, Position position);
/* A setting as text; raises UNDEFINED_OBJECT. */
const char *statement_setting(const Statement *statement, StringView name, Position position);
/* Of a Statement: the rows of DESCRIBE, SHOW or SUMMARIZE as a table with a share. */
TableProvider *statement_rows_table(void *user, const AstStatement *ast);
/* CREATE TABLE, VIEW and SEQUENCE. Temporary ones stand in a schema of their own, which the first of them makes. */
AstObjectName statement_created_name(Statement *statement, const AstObjectName *written, bool is_temporary);
/* True: there is one already, and IF NOT EXISTS says that this is fine. Raises when there is one and nothing does. */
bool statement_create_is_done(Statement *statement, const AstObjectName *name, bool is_replace, bool is_if_not_exists);
/* Puts it under its name; takes a share of its own. */
void statement_register(Statement *statement, const AstObjectName *name, TableProvider *table, bool replace);
/* CREATE SEQUENCE under a name that is free, unless it may replace what has it. */
void statement_make_sequence(Statement *statement, const AstSequence *create);
/* One name of DROP INDEX. */
void statement_drop_index(Statement *statement, const AstStatement *ast, const AstObjectName *name);
/* SET, and RESET when `text` is NULL. */
void statement_change_setting(Statement *statement, StringView name, const char *text, Position position);
/* set_config(): the same, and search_path. */
void statement_set_config(void *user, StringView name, const char *text, Position position);
/* A list of options as a format takes them: names in lower case, values as text. */
const FormatOption *statement_format_options(Statement *statement, const AstOptions *options, size_t *ret_count);
/* What EXECUTE runs, with its values in the place of the parameters. */
const AstStatement *statement_prepared(Statement *statement, const AstStatement *ast);
/* Asks for the statement's rows once more, with their places: raises what it failed with, with the place of the row, or
 * returns. Writes nothing. */
void statement_trace(Statement *statement, const AstStatement *ast);
/* The query or the writing statement as a plan. */
BoundQuery *statement_bind(Statement *statement, const AstStatement *ast);
/* INSERT, UPDATE, DELETE, MERGE. */
bool statement_writes(const AstStatement *ast);
/* They, and queries that are no statement of another kind in parentheses. */
bool statement_has_plan(const AstStatement *ast);
/* Whether parts of its WITH change tables. */
bool statement_with_writes(const AstStatement *ast);
/* The node of its plan that writes, and the table that it writes to. */
const Plan *statement_written_plan(const Plan *plan);
TableProvider *statement_written_table(const Plan *plan);
/* Raises READ_ONLY when SET safe = on forbids to write to the table, NOT_SUPPORTED when SET dry_run = on and it cannot
 * tell what would change. Tables in memory are nobody else's. */
void statement_require_unsafe_write(const Statement *statement, const TableProvider *table, const AstStatement *ast);
/* "CREATE TABLE object (…)"; a format may have a statement of its own, which may name the table otherwise. */
const char *statement_table_definition(Statement *statement, TableProvider *table, const AstObjectName *object);
/* The name that a file's table gets: its base name without extensions, made lower case. */
const char *file_table_name(Arena *arena, StringView path);

/* Another number as soon as a statement may mean something else: names, settings, functions. */
uint64_t connection_generation(const QuernConnection *connection);

void connection_forget_error(QuernConnection *connection);
/* Runs body(argument); on an error notes it in the connection and gives its status. */
QuernStatus connection_protect(QuernConnection *connection, void (*body)(void *argument), void *argument);

#endif
