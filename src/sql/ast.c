/* sql/ast.c: what the parts of the tree are called, and how tightly operators bind. */
#include "sql/ast.h"

#include <assert.h>

#include "sql/operator.h"

size_t ast_object_name_parts(const AstObjectName *name, StringView *ret_parts)
{
    size_t count = 0;
    if (name->catalog.data)
        ret_parts[count++] = name->catalog;
    if (name->schema.data)
        ret_parts[count++] = name->schema;
    ret_parts[count++] = name->name;
    return count;
}

AstConstraint *ast_column_constraint(const AstColumnDefinition *column, AstConstraintKind kind)
{
    for (size_t i = 0; i < column->constraints.count; i++)
        if (column->constraints.items[i].kind == kind)
            return &column->constraints.items[i];
    return NULL;
}

const char *ast_operator_symbol(AstOperator operator)
{
    static const char *const symbols[AST_OPERATOR_COUNT] = {
#define OPERATOR_SYMBOL(name, symbol) symbol,
        AST_OPERATORS(OPERATOR_SYMBOL)
#undef OPERATOR_SYMBOL
    };
    return symbols[operator];
}

Precedence operator_precedence(AstOperator operator)
{
    switch (operator) {
    case AST_OPERATOR_PLUS:
    case AST_OPERATOR_MINUS:
        return PRECEDENCE_ADD;
    case AST_OPERATOR_MULTIPLY:
    case AST_OPERATOR_DIVIDE:
    case AST_OPERATOR_INTEGER_DIVIDE:
    case AST_OPERATOR_MODULO:
        return PRECEDENCE_MULTIPLY;
    case AST_OPERATOR_POWER:
        return PRECEDENCE_POWER;
    case AST_OPERATOR_EQUAL:
    case AST_OPERATOR_NOT_EQUAL:
    case AST_OPERATOR_LESS:
    case AST_OPERATOR_LESS_EQUAL:
    case AST_OPERATOR_GREATER:
    case AST_OPERATOR_GREATER_EQUAL:
        return PRECEDENCE_COMPARISON;
    case AST_OPERATOR_IS_DISTINCT_FROM:
    case AST_OPERATOR_IS_NOT_DISTINCT_FROM:
        return PRECEDENCE_IS;
    case AST_OPERATOR_AT_TIME_ZONE:
        return PRECEDENCE_AT_TIME_ZONE;
    default:
        return PRECEDENCE_OTHER;
    }
}

Precedence operator_prefix_precedence(AstOperator operator, Precedence * ret_operand)
{
    switch (operator) {
    case AST_OPERATOR_NOT:
        *ret_operand = PRECEDENCE_NOT;
        return PRECEDENCE_NOT;
    case AST_OPERATOR_BIT_NOT:
        *ret_operand = PRECEDENCE_OTHER + 1;
        return PRECEDENCE_OTHER;
    default:
        assert(operator== AST_OPERATOR_PLUS || operator== AST_OPERATOR_MINUS);
        *ret_operand = PRECEDENCE_SIGN;
        return PRECEDENCE_SIGN;
    }
}

const char *ast_statement_name(AstStatementKind kind)
{
    static const char *const names[AST_STATEMENT_KIND_COUNT] = {
        [AST_STATEMENT_QUERY] = "SELECT",
        [AST_STATEMENT_CREATE_TABLE] = "CREATE TABLE",
        [AST_STATEMENT_CREATE_VIEW] = "CREATE VIEW",
        [AST_STATEMENT_CREATE_EXTERNAL_TABLE] = "CREATE EXTERNAL TABLE",
        [AST_STATEMENT_CREATE_INDEX] = "CREATE INDEX",
        [AST_STATEMENT_CREATE_SEQUENCE] = "CREATE SEQUENCE",
        [AST_STATEMENT_ALTER_SEQUENCE] = "ALTER SEQUENCE",
        [AST_STATEMENT_CREATE_SCHEMA] = "CREATE SCHEMA",
        [AST_STATEMENT_COMMENT] = "COMMENT",
        [AST_STATEMENT_DROP] = "DROP",
        [AST_STATEMENT_REINDEX] = "REINDEX",
        [AST_STATEMENT_ALTER] = "ALTER",
        [AST_STATEMENT_INSERT] = "INSERT",
        [AST_STATEMENT_UPDATE] = "UPDATE",
        [AST_STATEMENT_DELETE] = "DELETE",
        [AST_STATEMENT_MERGE] = "MERGE",
        [AST_STATEMENT_TRUNCATE] = "TRUNCATE",
        [AST_STATEMENT_COPY] = "COPY",
        [AST_STATEMENT_ATTACH] = "ATTACH",
        [AST_STATEMENT_DETACH] = "DETACH",
        [AST_STATEMENT_EXPLAIN] = "EXPLAIN",
        [AST_STATEMENT_DESCRIBE] = "DESCRIBE",
        [AST_STATEMENT_SUMMARIZE] = "SUMMARIZE",
        [AST_STATEMENT_SHOW] = "SHOW",
        [AST_STATEMENT_SET] = "SET",
        [AST_STATEMENT_RESET] = "RESET",
        [AST_STATEMENT_TRANSACTION] = "BEGIN",
        [AST_STATEMENT_PREPARE] = "PREPARE",
        [AST_STATEMENT_EXECUTE] = "EXECUTE",
        [AST_STATEMENT_DEALLOCATE] = "DEALLOCATE",
        [AST_STATEMENT_LOAD] = "LOAD",
        [AST_STATEMENT_USE] = "USE",
        [AST_STATEMENT_PRAGMA] = "PRAGMA",
        [AST_STATEMENT_CALL] = "CALL",
        [AST_STATEMENT_ANALYZE] = "ANALYZE",
    };
    return names[kind];
}
