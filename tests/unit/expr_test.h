/* tests/unit/expr_test.h: expressions for tests, written as lists: (+ $0 1), (:: '2024-01-31' date), (case (< $0 0) 1
 * 2).
 *
 *   7 9999999999     INTEGER, BIGINT           'text'   an unknown literal      $2        column 2 of the batch
 *   1.50             DECIMAL(3,2)              null true false                  (:: x "decimal(10,2)")  CAST
 *   1e3              DOUBLE                    (try x type)                     (in x a b …) (notin x a …) (and …) (or
 * …) (coalesce …) (case c r … else)   ("is null" x): any function by its name */
#ifndef QUERN_TESTS_UNIT_EXPR_TEST_H
#define QUERN_TESTS_UNIT_EXPR_TEST_H

#include "test.h"

#include <ctype.h>
#include <time.h>

#include "base/array.h"
#include "column/batch.h"
#include "column/convert.h"
#include "column/decimal.h"
#include "column/schema.h"
#include "expr/evaluator.h"
#include "expr/function.h"

static const Settings test_settings = {.batch_size = BATCH_SIZE};

static inline const Context *test_context(void)
{
    static Context context;
    context.settings = &test_settings;
    context.now = 1706745600000000; /* 2024-02-01 00:00:00 */
    return &context;
}

typedef struct Reader {
    const char *at;
    const Schema *schema;
    bool is_unknown; /* of the expression just read: a bare literal text */
} Reader;

static Expr *test_read(Reader *reader);

static inline void reader_skip(Reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

/* A word, or what stands between quotes. */
static inline const char *reader_word(Reader *reader)
{
    reader_skip(reader);
    const char *start = reader->at;
    if (*start == '"' || *start == '\'') {
        const char *end = strchr(start + 1, *start);
        ck_assert_ptr_nonnull(end);
        reader->at = end + 1;
        return arena_string_n(test_arena, start + 1, (size_t)(end - start - 1));
    }
    while (*reader->at && *reader->at != ' ' && *reader->at != ')' && *reader->at != '(')
        reader->at++;
    return arena_string_n(test_arena, start, (size_t)(reader->at - start));
}

static inline Expr *read_atom(Reader *reader)
{
    reader_skip(reader);
    bool is_text = *reader->at == '\'';
    const char *word = reader_word(reader);
    Value value;
    Type type;
    Error error;
    if (is_text) {
        reader->is_unknown = true;
        return expr_constant(test_arena, value_text(view_of(word)), NO_POSITION);
    }
    if (word[0] == '$') {
        size_t column = (size_t)atoi(word + 1);
        ck_assert_uint_lt(column, reader->schema->column_count);
        return expr_column(test_arena, (ColumnId)column, reader->schema->columns[column].type, NO_POSITION);
    }
    if (strcmp(word, "null") == 0)
        return expr_constant(test_arena, value_null(type_of(TYPE_NULL)), NO_POSITION);
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
        return expr_constant(test_arena, value_boolean(word[0] == 't'), NO_POSITION);
    if (strpbrk(word, "eE")) {
        return expr_constant(test_arena, value_double(strtod(word, NULL)), NO_POSITION);
    }
    if (strchr(word, '.')) {
        Int128 number;
        ck_assert_msg(decimal_parse_exact(view_of(word), &type, &number), "%s", word);
        return expr_constant(test_arena, value_decimal(type, number), NO_POSITION);
    }
    type = type_of(TYPE_INTEGER);
    if (!value_parse(test_arena, view_of(word), type, &value, &error)) {
        type = type_of(TYPE_BIGINT);
        if (!value_parse(test_arena, view_of(word), type, &value, &error))
            ck_assert_msg(value_parse(test_arena, view_of(word), type_decimal(38, 0), &value, &error), "%s", word);
    }
    return expr_constant(test_arena, value, NO_POSITION);
}

static inline Type test_common(Expr **exprs, size_t count, size_t first, size_t step)
{
    Type type = type_of(TYPE_NULL);
    for (size_t i = first; i < count; i += step)
        ck_assert(type_common(type, exprs[i]->type, &type));
    return type;
}

static inline void test_cast_all(Expr **exprs, size_t count, size_t first, size_t step, Type type)
{
    for (size_t i = first; i < count; i += step)
        exprs[i] = expr_cast(test_arena, exprs[i], type, NO_POSITION);
}

static inline Expr *read_case(Expr **arguments, size_t count)
{
    Type type = test_common(arguments, count - 1, 1, 2);
    ck_assert(type_common(type, arguments[count - 1]->type, &type));
    test_cast_all(arguments, count - 1, 1, 2, type);
    test_cast_all(arguments, count, count - 1, 1, type);
    return expr_new(test_arena, EXPR_CASE, type, arguments, count, NO_POSITION);
}

static inline Expr *read_call(const char *name, Expr **arguments, const bool *is_unknown, size_t count)
{
    Type types[100], result;
    bool is_ambiguous;
    ck_assert_uint_le(count, sizeof types / sizeof *types);
    for (size_t i = 0; i < count; i++)
        types[i] = arguments[i]->type;
    const Function *function = function_resolve(view_of(name), types, is_unknown, count, &result, &is_ambiguous);
    if (function == NULL)
        error_raise(is_ambiguous ? ERROR_AMBIGUOUS_FUNCTION : ERROR_UNDEFINED_FUNCTION, NO_POSITION, "%s", name);
    for (size_t i = 0; i < count; i++) {
        arguments[i] = expr_cast(test_arena, arguments[i], types[i], NO_POSITION);
        if (arguments[i]->kind == EXPR_CAST &&
            arguments[i]->arguments[0]->kind == EXPR_CONSTANT) { /* as the binder does */
            Value value = expr_evaluate_constant(test_arena, test_context(), arguments[i]);
            arguments[i] = expr_constant(test_arena, value, NO_POSITION);
        }
    }
    return expr_call(test_arena, function, result, arguments, count, NO_POSITION);
}

static inline Expr *read_form(const char *name, Expr **arguments, const bool *is_unknown, size_t count)
{
    Expr *expr;
    Type type;
    if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0)
        return expr_junction(test_arena, name[0] == 'a' ? EXPR_AND : EXPR_OR, arguments, count, NO_POSITION);
    if (strcmp(name, "case") == 0)
        return read_case(arguments, count);
    bool is_in = strcmp(name, "in") == 0 || strcmp(name, "notin") == 0;
    if (is_in || strcmp(name, "coalesce") == 0) {
        type = test_common(arguments, count, 0, 1);
        test_cast_all(arguments, count, 0, 1, type);
        expr = expr_new(test_arena, is_in ? EXPR_IN : EXPR_COALESCE, is_in ? type_of(TYPE_BOOLEAN) : type, arguments,
                        count, NO_POSITION);
        expr->is_negated = name[0] == 'n';
        return expr;
    }
    return read_call(name, arguments, is_unknown, count);
}

static inline Expr *test_read(Reader *reader)
{
    reader_skip(reader);
    reader->is_unknown = false;
    if (*reader->at != '(')
        return read_atom(reader);
    reader->at++;
    const char *name = reader_word(reader);
    ARRAY(Expr *) arguments = {0};
    ARRAY(bool) is_unknown = {0};
    if (strcmp(name, "::") == 0 || strcmp(name, "try") == 0) {
        Expr *argument = test_read(reader);
        Type type;
        const char *type_text = reader_word(reader);
        ck_assert_msg(type_parse_text(view_of(type_text), &type), "%s", type_text);
        reader_skip(reader);
        ck_assert(*reader->at == ')');
        reader->at++;
        reader->is_unknown = false;
        return expr_new(test_arena, name[0] == 't' ? EXPR_TRY_CAST : EXPR_CAST, type, &argument, 1, NO_POSITION);
    }
    for (reader_skip(reader); *reader->at != ')'; reader_skip(reader)) {
        ck_assert_msg(*reader->at != '\0', "list without end");
        array_add(test_arena, &arguments, test_read(reader));
        array_add(test_arena, &is_unknown, reader->is_unknown);
    }
    reader->at++;
    reader->is_unknown = false;
    return read_form(name, arguments.items, is_unknown.items, arguments.count);
}

static inline Expr *expr_of(const char *text, const Schema *schema)
{
    Reader reader = {.at = text, .schema = schema};
    return test_read(&reader);
}

/* The value of a constant expression as text; "NULL"; or "!SQLSTATE" when it raises. */
typedef struct Evaluation {
    const char *text;
    const char *result;
    Type type;
} Evaluation;

static inline void evaluate_body(void *argument)
{
    Evaluation *evaluation = argument;
    Expr *expr = expr_of(evaluation->text, NULL);
    evaluation->type = expr->type;
    Value value = expr_evaluate_constant(test_arena, test_context(), expr);
    evaluation->result = value.is_null ? "NULL" : value_display(test_arena, &value);
}

static inline const char *evaluate(const char *text)
{
    Evaluation evaluation = {.text = text};
    Error error = {0};
    if (!error_protect(evaluate_body, &evaluation, &error))
        return arena_format(test_arena, "!%s", error_sqlstate(error.code));
    return evaluation.result;
}

/* A case of a table: an expression and what it is worth. */
typedef struct ExprCase {
    const char *text;
    const char *result;
} ExprCase;

static inline void check_cases(const ExprCase *cases, size_t count)
{
    Text wrong = text_in(test_arena);
    for (size_t i = 0; i < count; i++) {
        const char *result = evaluate(cases[i].text);
        if (strcmp(result, cases[i].result) != 0)
            text_add_format(&wrong, "\n%s is %s and not %s", cases[i].text, result, cases[i].result);
    }
    ck_assert_msg(wrong.size == 0, "%s", text_string(&wrong));
}
#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof *(cases))

/* A batch from its columns, each "type: value, value, …" (NULL is null). */
typedef struct TestBatch {
    Schema *schema;
    Batch *batch;
} TestBatch;

static inline size_t test_fill(Vector *vector, Type type, const char *values)
{
    size_t count = 0;
    vector_prepare(vector, BATCH_SIZE);
    for (const char *at = values; *at; count++) {
        size_t size = strcspn(at, ",");
        StringView text = view_trim((StringView){at, size});
        Value value;
        Error error;
        if (view_equal(text, view_of("NULL")))
            value = value_null(type);
        else
            ck_assert_msg(value_parse(test_arena, text, type, &value, &error), "%s", error.message);
        vector_set_value(vector, count, &value);
        at += size + (at[size] == ',');
    }
    return count;
}

static inline TestBatch batch_of(const char *const *columns, size_t column_count)
{
    TestBatch test = {.schema = schema_new(test_arena, column_count)};
    for (size_t c = 0; c < column_count; c++) {
        test.schema->columns[c].name = arena_format(test_arena, "c%zu", c);
        StringView type = {columns[c], (size_t)(strchr(columns[c], ':') - columns[c])};
        ck_assert(type_parse_text(type, &test.schema->columns[c].type));
    }
    test.batch = batch_new(test_arena, test.schema);
    for (size_t c = 0; c < column_count; c++)
        test.batch->row_count = test.batch->vector_size =
            test_fill(test.batch->columns[c], test.schema->columns[c].type, strchr(columns[c], ':') + 1);
    return test;
}

/* The rows that count, as "1 NULL 3". */
static inline const char *rows_text(const Vector *vector, const Batch *batch)
{
    Text text = text_in(test_arena);
    for (size_t i = 0; i < batch->row_count; i++) {
        Value value = vector_value(vector, batch_row(batch, i));
        if (i)
            text_add_char(&text, ' ');
        text_add(&text, value.is_null ? "NULL" : value_display(test_arena, &value));
    }
    return text_string(&text);
}

/* The values of an expression over a batch, as text; or "!SQLSTATE". */
typedef struct BatchEvaluation {
    const char *text;
    TestBatch *test;
    const char *result;
} BatchEvaluation;

static inline void batch_evaluate_body(void *argument)
{
    BatchEvaluation *evaluation = argument;
    Expr *expr = expr_of(evaluation->text, evaluation->test->schema);
    Evaluator *evaluator = evaluator_new(test_arena, test_context(), &expr, 1);
    const Batch *batch = evaluation->test->batch;
    evaluation->result = rows_text(evaluator_value(evaluator, 0, batch), batch);
    const char *flat = rows_text(evaluator_value_flat(evaluator, 0, batch), batch); /* and again, flat */
    ck_assert_str_eq(flat, evaluation->result);
}

static inline const char *evaluate_rows(const char *text, TestBatch *test)
{
    BatchEvaluation evaluation = {text, test, NULL};
    Error error = {0};
    if (!error_protect(batch_evaluate_body, &evaluation, &error))
        return arena_format(test_arena, "!%s", error_sqlstate(error.code));
    return evaluation.result;
}

#endif
