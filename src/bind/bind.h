/* bind/bind.h: AST to plan: what the names mean, what types the values have, whether it makes sense. */
#ifndef QUERN_BIND_BIND_H
#define QUERN_BIND_BIND_H

#include "plan/plan.h"
#include "provider/catalog.h"
#include "sql/ast.h"

/* A parameter of a statement that is being prepared. */
typedef struct BindParameter {
    StringView name;
    Type type;         /* NULL: nothing has said it so far */
    const Expr **uses; /* what it is bound to, as long as its type is open */
    size_t use_count, use_limit;
} BindParameter;

/* They have no values yet, and take their types from what stands around them. */
typedef struct BindParameters {
    size_t count;
    BindParameter *items;
} BindParameters;

struct BoundQuery;

/* What a statement is bound against. */
typedef struct BindEnvironment {
    PlanColumns *columns; /* of the statement: its arena, context and columns */
    Catalog *catalog;
    const Map *parameters;    /* name to NUL-terminated text (a char * whose value BIND_NULL means NULL); may be NULL */
    BindParameters *prepared; /* NULL: nothing is being prepared */
    /* The statement's text was written elsewhere: messages are about this place. NULL: it was not. */
    const Position *outer_position;
    /* What the session knows; `user` is handed to all. NULL: nobody is asked. */
    void *user;
    const char *(*setting)(void *user, StringView name, Position position); /* its value; raises UNDEFINED_OBJECT */
    /* Changes one; NULL also while the statement is not going to run. */
    void (*set_setting)(void *user, StringView name, const char *text, Position position);
    TableProvider *(*statement_rows)(void *user, const AstStatement *ast); /* FROM (DESCRIBE t): with a share */
    /* Runs a query and gives its first column, for PIVOT without IN; raises when it has more rows. */
    const Value *(*read_column)(void *user, const struct BoundQuery *query, size_t limit, size_t *ret_count);
} BindEnvironment;

extern const char bind_null_parameter[]; /* the text pointer that means NULL */

/* A query ready for the optimizer: its result's columns are the first column_count outputs of the plan, under these
 * names. */
typedef struct BoundQuery {
    Plan *plan;
    size_t column_count;
    const char **names;
    const bool *is_untyped; /* one a column: it is a string literal, which takes the type of what it is put into */
} BoundQuery;

BoundQuery *bind_query(BindEnvironment *environment, const AstQuery *query);
/* INSERT, UPDATE, DELETE or MERGE: the plan gives the count row, or what RETURNING says. */
BoundQuery *bind_write(BindEnvironment *environment, const AstStatement *ast);
/* Input for a table that is being made or written: the query's columns cast to the schema's types by position. */
Plan *bind_insert_query(BindEnvironment *environment, TableProvider *table, const char *table_name, InsertOp op,
                        const BoundQuery *query, const size_t *columns, size_t column_count, Position position);

/* A type as written. Raises UNDEFINED_OBJECT with a hint. */
Type bind_type(const AstType *type);
/* An expression without columns or subqueries, converted to `type` (NULL type: its own), evaluated. */
Value bind_constant(BindEnvironment *environment, const AstExpr *expr, const Type *type);
/* The columns and constraints of CREATE TABLE; DEFAULT and CHECK are checked and kept as SQL text. */
typedef struct BoundTable {
    Schema *schema;
    Constraints constraints;
    const char **defaults; /* one a column, SQL text or NULL */
} BoundTable;
BoundTable *bind_table_definition(BindEnvironment *environment, const AstColumnDefinitions *columns,
                                  const AstConstraints *constraints);

/* What the default (SQL text; NULL: there is none) of a column is in every row; false: it may differ from row to row.
 */
bool bind_default_value(BindEnvironment *environment, const Schema *schema, size_t column, const char *sql,
                        Position position, Value *ret_value);

/* nextval('s'): the name; false: it is something else. */
bool bind_nextval_name(Arena *arena, const AstExpr *ast, AstObjectName *ret_name);

/* ASC, DESC, NULLS FIRST, NULLS LAST as written. */
SortOrder bind_sort_order(const AstOrder *order, NullOrder by_default);

/* An index over a table's columns; `where` may be NULL. */
Index *bind_index(BindEnvironment *environment, const Schema *schema, const char *name, bool is_unique,
                  const AstOrders *keys, const AstExpr *where);

/* The name of the output column that an expression gets without an alias: "x", "count", "?column?". */
const char *bind_output_name(Arena *arena, const AstExpr *expr);

/* What the file in FROM 'file' and COPY is read as: a table with a share for the caller. */
TableProvider *bind_file_table(BindEnvironment *environment, StringView path, Position position);

#endif
