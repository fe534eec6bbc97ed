/* bind/bind_cte.c: WITH. A query is bound when it is first referred to; every reference is a PlanCteScan. When the plan
 * that the clause belongs to is whole, the readers that it really has are counted, and either it keeps the query's rows
 * (a PlanCte on top of it) or the query is put where they stand. */
#include "bind/change.h"

enum { CHEAP_NODE_LIMIT = 16 }; /* a query of so many scans, filters and projections is rather run again than kept */

/* The names of one WITH clause. */
struct CteGroup {
    Cte *innermost;    /* the last of them */
    Cte *finished;     /* those that are bound, the last one first: none of them reads one that stands before it */
    const Cte *within; /* whose query was being bound when the clause was met */
    bool writes;       /* some of them change tables */
};

Cte *bind_with(Binder *binder, const AstCtes *ctes, bool is_recursive, Scope *parent, Cte *outer)
{
    struct CteGroup *group = arena_new(binder->arena, struct CteGroup);
    *group = (struct CteGroup){.innermost = outer, .within = binder->cte};
    for (size_t i = 0; i < ctes->count; i++) {
        const AstCte *ast = &ctes->items[i];
        context_check(binder->context);
        for (size_t j = 0; j < i; j++)
            if (view_equal(ctes->items[j].name.text, ast->name.text))
                bind_error(binder, ERROR_DUPLICATE_ALIAS, ast->name.position, NULL,
                           "WITH query name \"%.*s\" is specified more than once", VIEW_ARGUMENTS(ast->name.text));
        Cte *cte = arena_new(binder->arena, Cte);
        *cte = (Cte){.ast = ast,
                     .name = binder_string(binder, ast->name.text),
                     .outer = group->innermost,
                     .parent = parent,
                     .is_recursive = is_recursive,
                     .number = ++binder->columns->cte_count,
                     .step_number = ++binder->columns->cte_count,
                     .group = group};
        group->innermost = cte;
        group->writes |= ast->statement != NULL;
    }
    if (group->writes)
        binder->written = group->innermost;
    return group->innermost;
}

/* ---- binding one ---- */

static size_t scope_outer_uses(const Scope *scope)
{
    size_t count = 0;
    for (; scope; scope = scope->parent)
        count += scope->outer_use_count;
    return count;
}

static void rows_name(Binder *binder, const Cte *cte, Rows *rows)
{
    const AstNames *names = &cte->ast->columns;
    if (names->count > rows->column_count)
        bind_error(binder, ERROR_INVALID_COLUMN_REFERENCE, names->items[rows->column_count].position, NULL,
                   "WITH query \"%s\" has %zu columns, but %zu names were given", cte->name, rows->column_count,
                   names->count);
    rows->names = arena_copy(binder->arena, rows->names, rows->column_count * sizeof *rows->names);
    for (size_t i = 0; i < names->count; i++)
        rows->names[i] = binder_string(binder, names->items[i].text);
}

/* What RETURNING gives; else the count row, which nobody reads. */
static Rows written_rows(Binder *binder, const Cte *cte, Cte *visible)
{
    const BoundQuery *bound = bind_change(binder, cte->ast->statement, visible);
    bool *is_untyped = arena_copy(binder->arena, bound->is_untyped, bound->column_count * sizeof(bool));
    return (Rows){bound->plan, bound->column_count, bound->names, is_untyped};
}

static bool statement_has_returning(const AstStatement *ast)
{
    switch (ast->kind) {
    case AST_STATEMENT_INSERT:
        return ast->insert->returning.count > 0;
    case AST_STATEMENT_UPDATE:
        return ast->update->returning.count > 0;
    case AST_STATEMENT_DELETE:
        return ast->delete->returning.count > 0;
    default:
        return ast->merge->returning.count > 0;
    }
}

static void cte_bind(Binder *binder, Cte *cte)
{
    size_t uses = scope_outer_uses(cte->parent);
    cte->is_being_bound = true;
    cte->within = binder->cte;
    binder->cte = cte;
    Cte *visible = cte->is_recursive ? cte->group->innermost : cte->outer;
    Rows *rows = arena_new(binder->arena, Rows);
    *rows = cte->ast->statement ? written_rows(binder, cte, visible)
                                : bind_rows(binder, cte->ast->query, cte->parent, visible);
    rows->plan = rows_exact(binder, rows);
    rows_name(binder, cte, rows);
    cte->rows = rows;
    cte->is_correlated |= scope_outer_uses(cte->parent) > uses;
    binder->cte = cte->within;
    cte->is_being_bound = false;
    cte->finished_before = cte->group->finished;
    cte->group->finished = cte;
}

/* ---- references ---- */

static Rows cte_scan(Binder *binder, const Cte *cte, size_t number, const Rows *like, bool keeps_columns)
{
    Rows rows = *like;
    rows.plan =
        &plan_cte_scan_new(binder->columns, number, cte->name, like->plan->outputs, like->column_count, keeps_columns)
             ->base;
    rows.names = arena_copy(binder->arena, like->names, like->column_count * sizeof *like->names);
    return rows;
}

/* The query refers to itself: to the rows of the round before. */
static Rows cte_own_rows(Binder *binder, Cte *cte, Position position)
{
    for (const Cte *inner = binder->cte; inner != cte; inner = inner->within)
        if (inner->group == cte->group)
            bind_error(binder, ERROR_NOT_SUPPORTED, position, NULL,
                       "mutual recursion between the WITH queries \"%s\" and \"%s\" is not supported", cte->name,
                       inner->name);
    if (cte->base == NULL) {
        bool is_union =
            cte->ast->query && cte->ast->query->kind == AST_QUERY_SET && cte->ast->query->set.operator== AST_SET_UNION;
        bind_error(binder, ERROR_INVALID_RECURSION, position, NULL,
                   is_union ? "recursive reference to query \"%s\" must not appear within its non-recursive term"
                            : "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] "
                              "recursive-term",
                   cte->name);
    }
    cte->reads_itself = true;
    Rows rows = cte_scan(binder, cte, cte->step_number, cte->base, /* keeps_columns= */ false);
    for (size_t i = 0; i < rows.column_count; i++)
        binder->columns->list.items[rows.plan->outputs[i]].is_nullable = true;
    return rows;
}

Rows bind_cte(Binder *binder, Cte *cte, Position position)
{
    cte->is_used = true;
    if (cte->is_being_bound)
        return cte_own_rows(binder, cte, position);
    if (cte->ast->statement && !statement_has_returning(cte->ast->statement))
        bind_error(binder, ERROR_NOT_SUPPORTED, position, NULL, "WITH query \"%s\" has no RETURNING clause", cte->name);
    if (cte->rows == NULL)
        cte_bind(binder, cte);
    /* whoever reads what refers to columns further out does so too */
    for (Cte *reader = binder->cte; cte->is_correlated && reader != cte->group->within; reader = reader->within)
        reader->is_correlated = true;
    /* the first reader has the query's own columns: so that the query may take its place */
    Rows rows = cte_scan(binder, cte, cte->number, cte->rows, /* keeps_columns= */ !cte->has_reader);
    cte->has_reader = true;
    return rows;
}

/* ---- recursion ---- */

typedef struct StepSearch {
    Binder *binder;
    const Cte *cte;
    Position position;
} StepSearch;

/* Why the node must not stand above the query's own rows as its input, or NULL. */
static const char *step_objection(const Plan *plan, size_t input)
{
    const PlanSet *set = (const PlanSet *)plan;
    switch (plan->kind) {
    case PLAN_AGGREGATE:
        return ((const PlanAggregate *)plan)->aggregate_count > 0 ? "an aggregate function" : NULL;
    case PLAN_SET:
        if (set->operator== PLAN_EXCEPT &&(input == 1 || set->is_all))
            return "EXCEPT";
        return set->operator== PLAN_INTERSECT && set->is_all ? "INTERSECT" : NULL;
    case PLAN_JOIN:
        switch (((const PlanJoin *)plan)->type) {
        case PLAN_JOIN_INNER:
            return NULL;
        case PLAN_JOIN_LEFT:
            return input == 1 ? "an outer join" : NULL;
        case PLAN_JOIN_RIGHT:
            return input == 0 ? "an outer join" : NULL;
        case PLAN_JOIN_FULL:
            return "an outer join";
        default:
            return input == 1 ? "a subquery" : NULL;
        }
    default:
        return NULL;
    }
}

/* Whether the query's own rows are read below; raises where a round would give less when it is given more. */
static bool step_search(StepSearch *search, const Plan *plan)
{
    bool is_found = plan->kind == PLAN_CTE_SCAN && ((const PlanCteScan *)plan)->cte == search->cte->step_number;
    for (size_t i = 0; i < plan->input_count; i++) {
        if (!step_search(search, plan->inputs[i]))
            continue;
        is_found = true;
        const char *objection = step_objection(plan, i);
        if (objection)
            bind_error(search->binder, ERROR_INVALID_RECURSION, search->position, NULL,
                       "recursive reference to query \"%s\" must not appear within %s", search->cte->name, objection);
    }
    return is_found;
}

/* The base's type made one that the step's values have too: the common type; DECIMALs, which may grow from round to
 * round, get all the digits there are. False: it is one already. */
static bool type_widen(Type *type, Type step, Type common)
{
    enum { MOST_DIGITS = 38 };
    if (common.id != type->id) {
        *type = common;
        return true;
    }
    if (type->id != TYPE_DECIMAL || type->precision == MOST_DIGITS)
        return false;
    if (step.id != TYPE_DECIMAL || (step.precision <= type->precision && step.scale <= type->scale))
        return false;
    uint8_t scale = step.scale > type->scale ? step.scale : type->scale;
    *type = type_decimal(MOST_DIGITS, scale);
    return true;
}

/* The step's columns as those of the base. False: the base has to be widened first, which `types` now says. */
static bool step_convert(Binder *binder, const Cte *cte, Rows *step, Type *types, Position position)
{
    Expr **exprs = arena_array(binder->arena, Expr *, step->column_count);
    bool is_widened = false;
    for (size_t i = 0; i < step->column_count; i++) {
        Expr *column = plan_column_expr(binder->columns, step->plan->outputs[i], NO_POSITION);
        Type common = types[i];
        if (!step->is_untyped[i] && !type_common(types[i], column->type, &common))
            bind_error(binder, ERROR_DATATYPE_MISMATCH, position, "CAST one of them",
                       "recursive query \"%s\" column %zu has type %s in non-recursive term but type %s in recursive "
                       "term",
                       cte->name, i + 1, bind_type_text(binder, types[i]), bind_type_text(binder, column->type));
        is_widened |= type_widen(&types[i], column->type, common);
        exprs[i] = expr_cast(binder->arena, column, types[i], NO_POSITION);
    }
    step->plan = bind_project(binder, step->plan, exprs, step->names, step->column_count);
    return !is_widened;
}

/* Those of the terms that do not read the query, which come first, as one. */
static Rows base_rows(Binder *binder, const AstQuery *query, const Rows *terms, size_t count)
{
    Rows *inputs = arena_copy(binder->arena, terms, count * sizeof *inputs);
    rows_unify(binder, inputs, count, "UNION", query->position);
    Rows base = inputs[0];
    Plan **plans = arena_array(binder->arena, Plan *, count);
    for (size_t i = 0; i < count; i++)
        plans[i] = inputs[i].plan;
    if (count > 1)
        base.plan = &plan_set_new(binder->columns, PLAN_UNION, /* is_all= */ true, plans, count)->base;
    base.is_untyped = arena_allocate_zero(binder->arena, base.column_count * sizeof(bool));
    return base;
}

static void base_convert(Binder *binder, Rows *base, const Type *types)
{
    Expr **exprs = arena_array(binder->arena, Expr *, base->column_count);
    for (size_t i = 0; i < base->column_count; i++)
        exprs[i] = expr_cast(binder->arena, plan_column_expr(binder->columns, base->plan->outputs[i], NO_POSITION),
                             types[i], NO_POSITION);
    base->plan = bind_project(binder, base->plan, exprs, base->names, base->column_count);
}

/* The terms from `first` on, each of which may read the query, for a base of these types; `known`: the first of them,
 * when it is bound already. False: see step_convert. */
static bool bind_steps(Binder *binder, Cte *cte, const AstQuery *query, size_t first, const Rows *known, Scope *parent,
                       Cte *ctes, Type *types, Plan **ret_steps)
{
    bool is_whole = true;
    for (size_t i = first; i < query->set.operands.count; i++) {
        const AstQuery *operand = query->set.operands.items[i];
        Rows step = i == first && known ? *known : bind_rows(binder, operand, parent, ctes);
        bind_require_equal_count(binder, query, i, cte->base, &step);
        is_whole &= step_convert(binder, cte, &step, types, operand->position);
        ret_steps[i - first] = step.plan;
    }
    return is_whole;
}

static Rows recursive_rows(Binder *binder, Cte *cte, const AstQuery *query, const Rows *base, Plan *const *steps,
                           size_t step_count)
{
    Plan *step = steps[0];
    if (step_count > 1)
        step = &plan_set_new(binder->columns, PLAN_UNION, /* is_all= */ true, steps, step_count)->base;
    plan_check_depth(binder->arena, step);
    for (size_t i = 0; i < step_count; i++)
        step_search(&(StepSearch){binder, cte, query->set.operands.items[query->set.operands.count - 1]->position},
                    steps[i]);
    if (query->order_by.count > 0)
        bind_error(binder, ERROR_NOT_SUPPORTED, query->order_by.items[0].expr->position,
                   "put it into the query that reads the recursive one",
                   "ORDER BY in a recursive query is not supported");
    Rows rows = *base;
    rows.plan =
        &plan_recursive_new(binder->columns, cte->step_number, cte->name, query->set.is_all, base->plan, step)->base;
    return rows;
}

bool bind_recursive_union(Binder *binder, const AstQuery *query, Rows *terms, Scope *parent, Cte *ctes, Rows *ret_rows)
{
    Cte *cte = binder->cte;
    size_t count = query->set.operands.count, base_count = 0;
    Rows base;
    while (base_count < count && !cte->reads_itself) {
        if (base_count > 0) {
            base = base_rows(binder, query, terms, base_count);
            rows_name(binder, cte, &base);
            cte->base = &base;
        }
        terms[base_count] = bind_rows(binder, query->set.operands.items[base_count], parent, ctes);
        bind_require_equal_count(binder, query, base_count, &terms[0], &terms[base_count]);
        base_count += !cte->reads_itself;
    }
    if (!cte->reads_itself)
        return false;
    Type *types = arena_array(binder->arena, Type, base.column_count);
    for (size_t i = 0; i < base.column_count; i++)
        types[i] = plan_column(binder->columns, base.plan->outputs[i])->type;
    Plan **steps = arena_array(binder->arena, Plan *, count - base_count);
    const Rows *known = &terms[base_count];
    while (!bind_steps(binder, cte, query, base_count, known, parent, ctes, types, steps)) {
        base_convert(binder, &base, types);
        known = NULL;
    }
    *ret_rows = recursive_rows(binder, cte, query, &base, steps, count - base_count);
    cte->base = NULL;
    return true;
}

/* ---- where the rows go ---- */

/* Nothing but filters and projections over one table, and few of them. */
static bool plan_is_cheap(const Plan *plan)
{
    for (size_t count = 0; count < CHEAP_NODE_LIMIT; count++) {
        if (plan->kind == PLAN_SCAN || plan->kind == PLAN_VALUES || plan->kind == PLAN_CTE_SCAN)
            return true;
        if (plan->kind != PLAN_FILTER && plan->kind != PLAN_PROJECT)
            return false;
        plan = plan->inputs[0];
    }
    return false;
}

static bool is_reader(const Plan *plan, const Cte *cte)
{
    return plan->kind == PLAN_CTE_SCAN && ((const PlanCteScan *)plan)->cte == cte->number;
}

static size_t readers_count(const Plan *plan, const Cte *cte)
{
    size_t count = is_reader(plan, cte);
    for (size_t i = 0; i < plan->input_count; i++)
        count += readers_count(plan->inputs[i], cte);
    return count;
}

static bool cte_is_kept(Binder *binder, const Cte *cte, size_t reader_count)
{
    Plan *query = cte->rows->plan;
    bool is_volatile = reader_count > 1 && plan_is_volatile(query);
    if (cte->is_correlated && is_volatile)
        bind_error(binder, ERROR_NOT_SUPPORTED, cte->ast->name.position, NULL,
                   "a WITH query that refers to columns of a query around it and to volatile functions can be read "
                   "only once");
    if (cte->is_correlated)
        return false;
    if (cte->ast->materialized == AST_MATERIALIZED || is_volatile)
        return true;
    if (reader_count == 1)
        return false;
    return cte->ast->materialized != AST_NOT_MATERIALIZED && !plan_is_cheap(query);
}

static void binder_count_nodes(Binder *binder, const Plan *plan, Position position)
{
    binder_count_table(binder, position);
    for (size_t i = 0; i < plan->input_count; i++)
        binder_count_nodes(binder, plan->inputs[i], position);
}

/* The query in a reader's place: itself where the columns are its own, else a copy under the reader's columns. */
static Plan *cte_instance(Binder *binder, const Cte *cte, const Plan *reader)
{
    Plan *query = cte->rows->plan;
    if (memcmp(reader->outputs, query->outputs, reader->output_count * sizeof *reader->outputs) == 0)
        return query;
    binder_count_nodes(binder, query, cte->ast->name.position);
    Plan *copy = plan_copy(binder->columns, query);
    PlanProject *project = plan_project_new(binder->columns, copy, reader->output_count);
    for (size_t i = 0; i < reader->output_count; i++) {
        project->base.outputs[i] = reader->outputs[i];
        project->exprs[i] = plan_column_expr(binder->columns, copy->outputs[i], NO_POSITION);
    }
    return &project->base;
}

static Plan *readers_replace(Binder *binder, Plan *plan, const Cte *cte)
{
    if (is_reader(plan, cte))
        return cte_instance(binder, cte, plan);
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = readers_replace(binder, plan->inputs[i], cte);
    return plan;
}

static Plan *ctes_attach(Binder *binder, Plan *plan, Cte *ctes, const Cte *outer)
{
    for (Cte *cte = ctes; cte != outer; cte = cte->outer)
        if (cte->rows == NULL && cte->ast->statement)
            cte_bind(binder, cte);
        else if (!cte->is_used)
            (void)bind_cte(binder, cte, cte->ast->name.position);
    for (Cte *cte = ctes->group->finished; cte; cte = cte->finished_before) {
        plan_check_depth(binder->arena, plan);
        size_t reader_count = readers_count(plan, cte);
        bool writes = cte->ast->statement != NULL;
        if (reader_count == 0 && !writes)
            continue;
        if (!writes && !cte_is_kept(binder, cte, reader_count)) {
            plan = readers_replace(binder, plan, cte);
            continue;
        }
        /* a copy: the first reader has the query's own columns */
        Plan *query = plan_copy(binder->columns, cte->rows->plan);
        PlanCte *node = plan_cte_new(binder->columns, cte->number, cte->name, query, plan);
        node->writes = writes;
        plan = &node->base;
    }
    return plan;
}

Plan *bind_used_ctes(Binder *binder, Plan *plan, Cte *ctes, const Cte *outer)
{
    bool is_later = ctes == outer || ctes->group->writes;
    return is_later ? plan : ctes_attach(binder, plan, ctes, outer);
}

Plan *bind_written_ctes(Binder *binder, Plan *plan)
{
    return binder->written ? ctes_attach(binder, plan, binder->written, NULL) : plan;
}
