/* engine/prepared.h: a statement with parameters that is looked at once and run many times: that of PREPARE and that of
 * quern_prepare.
 *
 *   text ─▶ AST, in which each parameter is an AST_VALUE ─▶ a kept plan, or a plan for each execution
 *
 * A parameter's type is the declared one, else what the first place that it stands in wants, else that of its value. */
#ifndef QUERN_ENGINE_PREPARED_H
#define QUERN_ENGINE_PREPARED_H

#include "engine/kept_plan.h"

typedef struct PreparedParameter {
    Parameter parameter;   /* its name, and its value now */
    Type type;             /* of its values; NULL: each has its own */
    const char *type_name; /* "" for NULL */
    bool is_declared, has_value;
    bool is_untyped; /* its value is a string literal, whose type what stands around it tells */
    char *bytes;     /* of its value, a text */
    size_t capacity;
} PreparedParameter;

struct QuernStatement {
    QuernConnection *connection;
    Arena *arena;                    /* its own, below the connection's */
    QuernStatement *previous, *next; /* of the connection */
    AstStatement *ast;
    AstExprs uses; /* of parameters in it */
    size_t parameter_count;
    PreparedParameter *parameters;
    const Schema *schema;      /* of its result; NULL: there is none, or nobody knows before it has run */
    const char **column_types; /* as text */
    KeptPlan *plan;            /* or NULL */
    bool has_no_plan;          /* there cannot be one, at least not before that: */
    uint64_t no_plan_generation;
    Arena *run; /* of the result of quern_execute; reset for the next */
};

/* Raises what binding it raises, at positions of statement->text. `ast` is of that text; `text` is the statement's own,
 * without what stands before it. `declared` may be NULL. */
QuernStatement *prepared_new(Statement *statement, const AstStatement *ast, StringView text, const AstTypes *declared);
/* NULL is fine. */
void prepared_free(QuernStatement *prepared);

/* The parameter gets a value, which is copied and converted as an assignment would. `is_untyped`: see above. Errors
 * are about `position`. */
void prepared_set(QuernStatement *prepared, size_t index, const Value *value, bool is_untyped, Position position);
/* The tree with the values in it. Errors are then about `position` of the statement that runs it. */
const AstStatement *prepared_ast(Statement *statement, QuernStatement *prepared, Position position);
/* Runs it with the values that its parameters have. `position`: NO_POSITION: the text is the statement's own. */
BatchStream *prepared_run(Statement *statement, QuernStatement *prepared, Position position);
/* Frees the plans that what has changed makes useless: they hold tables. */
void connection_drop_plans(QuernConnection *connection);

#endif
