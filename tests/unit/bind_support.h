/* bind_support.h: a catalog to bind against, and statements to plan text or error.
 *
 *     t   a INTEGER NOT NULL, b INTEGER, c VARCHAR, d DECIMAL(10,2), e DATE, f DOUBLE, g BOOLEAN
 *     u   a BIGINT, x INTEGER, y VARCHAR
 *     v   view: SELECT a, b + 1 AS n FROM t WHERE b > 0, with columns k, n
 *     Mixed   "Upper" INTEGER, "lower" INTEGER
 *     w   a INTEGER NOT NULL, b VARCHAR DEFAULT 'none', c DECIMAL(5,1) DEFAULT 1 + 1; CHECK (a > 0) */
#ifndef QUERN_TESTS_UNIT_BIND_SUPPORT_H
#define QUERN_TESTS_UNIT_BIND_SUPPORT_H

#include "test.h"

#include "bind/bind.h"
#include "sql/parser.h"

/* A table that is only looked at. */
typedef struct FakeTable {
    TableProvider base;
    const Schema *schema;
    Constraints constraints;
    const char **defaults;
} FakeTable;

static const Schema *fake_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((FakeTable *)table)->schema;
}

static const Constraints *fake_constraints(TableProvider *table)
{
    return &((FakeTable *)table)->constraints;
}

static const char *fake_column_default(TableProvider *table, size_t column)
{
    const char **defaults = ((FakeTable *)table)->defaults;
    return defaults ? defaults[column] : NULL;
}

static uint64_t fake_insert_into(TableProvider *table, const Context *context, InsertOp op, BatchStream *input)
{
    (void)table, (void)context, (void)op, (void)input;
    return 0;
}

static void fake_release(TableProvider *table)
{
    arena_free(table->arena);
}

static const TableProviderOps fake_ops = {.format = "fake",
                                          .schema = fake_schema,
                                          .constraints = fake_constraints,
                                          .column_default = fake_column_default,
                                          .insert_into = fake_insert_into,
                                          .release = fake_release};

/* "a integer not null, b decimal(10,2)": types have no comma but in parentheses. */
static Schema *schema_of_text(Arena *arena, const char *text)
{
    Schema *schema = schema_new(arena, 16);
    schema->column_count = 0;
    for (const char *at = text; *at;) {
        size_t size = 0, depth = 0;
        while (at[size] && (at[size] != ',' || depth > 0)) {
            depth += at[size] == '(' ? 1 : 0;
            depth -= at[size] == ')' ? 1 : 0;
            size++;
        }
        const char *word = memchr(at, ' ', size);
        StringView type = {word + 1, size - (size_t)(word + 1 - at)};
        const char *constraint = " not null";
        size_t constraint_size = strlen(constraint);
        Column *column = &schema->columns[schema->column_count++];
        column->is_nullable = !(type.size > constraint_size &&
                                memcmp(type.data + type.size - constraint_size, constraint, constraint_size) == 0);
        if (!column->is_nullable)
            type.size -= constraint_size;
        column->name = arena_string_n(arena, at, (size_t)(word - at));
        ck_assert_msg(type_parse_text(type, &column->type), "type %.*s", VIEW_ARGUMENTS(type));
        at += size + (at[size] == ',');
        while (*at == ' ')
            at++;
    }
    return schema;
}

static FakeTable *fake_table_new(const char *columns)
{
    Arena *arena = arena_new_child(NULL);
    FakeTable *table = arena_new(arena, FakeTable);
    table->base = (TableProvider){.ops = &fake_ops, .arena = arena};
    atomic_init(&table->base.share_count, 1);
    table->schema = schema_of_text(arena, columns);
    return table;
}

static const Settings support_settings = {.batch_size = 2048};
static MemoryBudget support_budget = {.limit = SIZE_MAX};
static Context support_context;
static PlanColumns support_columns;
static BindEnvironment support_environment;

static void support_register(const char *name, TableProvider *table)
{
    catalog_register(support_environment.catalog, (StringView){NULL, 0}, view_of(name), table, false, NO_POSITION);
}

/* Fresh columns for each statement. */
static BindEnvironment *support_begin(void)
{
    if (support_environment.catalog == NULL || support_context.arena != test_arena) {
        memset(&support_context, 0, sizeof support_context);
        support_context.settings = &support_settings;
        support_context.memory = &support_budget;
        support_context.arena = test_arena;
        memset(&support_environment, 0, sizeof support_environment);
        support_environment.catalog = catalog_new(test_arena);
        support_register("t", &fake_table_new("a integer not null, b integer, c varchar, d decimal(10,2), e date, "
                                              "f double, g boolean")
                                   ->base);
        support_register("u", &fake_table_new("a bigint, x integer, y varchar")->base);
        support_register("Mixed", &fake_table_new("Upper integer, lower integer")->base);
        FakeTable *w = fake_table_new("a integer not null, b varchar, c decimal(5,1)");
        static const char *defaults[] = {NULL, "'none'", "1 + 1"};
        static const Constraint checks[] = {{.kind = CONSTRAINT_CHECK, .name = "a_is_positive", .check = "a > 0"}};
        w->defaults = defaults;
        w->constraints = (Constraints){1, checks};
        support_register("w", &w->base);
        support_register("v", view_new(&support_context, "SELECT a, b + 1 AS n FROM t WHERE b > 0",
                                       schema_of_text(test_arena, "k integer, n integer"), &(SearchPath){0}));
    }
    support_columns = (PlanColumns){.arena = test_arena, .context = &support_context};
    support_environment.columns = &support_columns;
    return &support_environment;
}

static BoundQuery *support_bind(const char *sql)
{
    BindEnvironment *environment = support_begin();
    AstStatement *statement = parser_parse(test_arena, view_of(sql), NULL);
    if (statement->kind == AST_STATEMENT_INSERT)
        return bind_write(environment, statement);
    ck_assert_int_eq(statement->kind, AST_STATEMENT_QUERY);
    return bind_query(environment, statement->query);
}

/* The plan of a statement as EXPLAIN prints it. */
static inline const char *support_plan(const char *sql)
{
    BoundQuery *bound = support_bind(sql);
    Text text = text_in(test_arena);
    plan_print(&support_columns, bound->plan, NULL, &text);
    return text_string(&text);
}

/* The names and types of a query's columns: "a integer, ?column? bigint". */
static inline const char *support_columns_text(const char *sql)
{
    BoundQuery *bound = support_bind(sql);
    Text text = text_in(test_arena);
    for (size_t i = 0; i < bound->column_count; i++) {
        char type[TYPE_NAME_SIZE];
        text_add_format(&text, "%s%s %s", i > 0 ? ", " : "", bound->names[i],
                        type_name(plan_column(&support_columns, bound->plan->outputs[i])->type, type));
    }
    return text_string(&text);
}

static void support_bind_argument(void *sql)
{
    support_bind(sql);
}

static inline Error support_error(const char *sql)
{
    Error error = {0};
    ck_assert_msg(!error_protect(support_bind_argument, (void *)sql, &error), "no error: %s", sql);
    return error;
}

#endif
