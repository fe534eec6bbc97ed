/* bind/bind_sample.c: TABLESAMPLE and USING SAMPLE: each row has a random number; a percentage of rows has the least
 * ones, and so many rows are the first in their order. */
#include "bind/binder.h"
#include "expr/function.h"

static void require_method(Binder *binder, const AstName *method)
{
    static const char *const methods[] = {"bernoulli", "system", "reservoir"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (view_equal_ignoring_case(method->text, view_of(methods[i])))
            return;
    if (ast_name_is_given(method))
        bind_error(binder, ERROR_UNDEFINED_OBJECT, method->position, "there are bernoulli, system and reservoir",
                   "tablesample method %.*s does not exist", VIEW_ARGUMENTS(method->text));
}

static Value sample_number(Binder *binder, const AstExpr *ast, Type type, const char *what)
{
    Place place = {.binder = binder, .clause = "a sample"};
    Expr *expr = bind_convert(binder, bind_expr(&place, ast), ast_is_untyped(ast), type);
    Value value = bind_evaluate(binder, expr);
    if (value.is_null)
        bind_error(binder, ERROR_INVALID_SAMPLE, ast->position, NULL, "%s cannot be null", what);
    return value;
}

static double sample_percent(Binder *binder, const AstSample *sample)
{
    Value percent = sample_number(binder, sample->amount, type_of(TYPE_DOUBLE), "sample percentage");
    if (!(percent.f64 >= 0 && percent.f64 <= 100))
        bind_error(binder, ERROR_INVALID_SAMPLE, sample->amount->position, NULL,
                   "sample percentage must be between 0 and 100");
    return percent.f64;
}

static size_t sample_rows(Binder *binder, const AstSample *sample)
{
    Value count = sample_number(binder, sample->amount, type_of(TYPE_BIGINT), "the number of sampled rows");
    if (count.i64 < 0)
        bind_error(binder, ERROR_INVALID_SAMPLE, sample->amount->position, NULL,
                   "the number of sampled rows must not be negative");
    return (size_t)count.i64;
}

/* The rows with a random number from 0 to 1; REPEATABLE: one that the seed and the row's place decide. */
static Plan *sample_numbered(Binder *binder, Plan *plan, const AstSample *sample, Expr **ret_key)
{
    Position position = binder_at(binder, sample->position);
    Expr *key = bind_call(binder, "random", NULL, NULL, 0, sample->position, NULL);
    if (sample->seed) {
        ColumnId number;
        Value seed = sample_number(binder, sample->seed, type_of(TYPE_DOUBLE), "the seed");
        plan = bind_numbered(binder, plan, "row_number", NULL, &number);
        Expr *arguments[] = {plan_column_expr(binder->columns, number, position),
                             expr_constant(binder->arena, seed, position)};
        key = bind_call(binder, "sample key", arguments, (bool[]){false, false}, 2, sample->position, NULL);
    }
    size_t count = plan->output_count;
    plan = bind_project_more(binder, plan, &key, &(const char *){"sample_key"}, 1);
    *ret_key = plan_column_expr(binder->columns, plan->outputs[count], position);
    return plan;
}

Plan *bind_sample(Binder *binder, Plan *plan, const AstSample *sample)
{
    Expr *key;
    require_method(binder, &sample->method);
    if (sample->is_rows) {
        size_t count = sample_rows(binder, sample);
        plan = sample_numbered(binder, plan, sample, &key);
        PlanSort *sort = plan_sort_new(binder->columns, plan, 1);
        sort->keys[0] = key;
        sort->orders[0] = (SortOrder){0};
        return &plan_limit_new(binder->columns, &sort->base, 0, count)->base;
    }
    double percent = sample_percent(binder, sample);
    plan = sample_numbered(binder, plan, sample, &key);
    Expr *sides[] = {key, expr_constant(binder->arena, value_double(percent / 100), key->position)};
    Expr *is_in = bind_call(binder, "<", sides, (bool[]){false, false}, 2, sample->position, "<");
    return plan_filter_new(binder->columns, plan, &is_in, 1);
}
