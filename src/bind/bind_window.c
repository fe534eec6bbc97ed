/* bind/bind_window.c: calls with OVER: each becomes a column of a Window. Calls with the same partition and order share
 * one, equal calls a column.
 *
 * Like everything above the Aggregate they are bound over FROM's columns, and group_replace follows. */
#include "base/hash.h"
#include "bind/binder.h"
#include "bind/select.h"
#include "expr/function.h"
#include "sql/printer.h"

/* ---- where they may stand ---- */

static void require_window_place(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    if (place->is_in_window)
        bind_error(binder, ERROR_WINDOWING, ast->position, NULL, "window function calls cannot be nested");
    if (place->is_in_aggregate)
        bind_error(binder, ERROR_GROUPING, ast->position, NULL,
                   "aggregate function calls cannot contain window function calls");
    if (place->select == NULL || !place->takes_windows)
        bind_error(binder, ERROR_WINDOWING, ast->position, "conditions on window functions stand in QUALIFY",
                   "window functions are not allowed in %s", place->clause);
}

typedef struct WindowSearch {
    const ColumnSet *columns;
    bool is_found;
} WindowSearch;

static bool window_search_visit(void *user, const Expr *expr)
{
    WindowSearch *search = user;
    search->is_found |= expr->kind == EXPR_COLUMN && column_set_has(search->columns, expr->column);
    return !search->is_found;
}

bool select_uses_windows(const Select *select, const Expr *expr)
{
    WindowSearch search = {.columns = &select->window_columns};
    if (expr)
        expr_walk(expr, window_search_visit, &search);
    return search.is_found;
}

/* ---- the window: what is written behind OVER, with what it takes from named windows ---- */

/* A window put together from pieces of the AST. */
typedef struct WindowParts {
    const AstExprs *partition_by;
    const AstOrders *order_by;
    const AstWindow *frame; /* whose frame clause it is; NULL: none */
    bool is_used;           /* of a named one: some call is bound over it */
} WindowParts;

/* The one of that name among the first `count` entries of WINDOW. */
static WindowParts *named_window(const Select *select, const AstName *name, size_t count)
{
    const AstNamedWindows *windows = &select->ast->windows;
    Nearest nearest = nearest_to(name->text);
    for (size_t i = 0; i < count; i++) {
        if (view_equal_ignoring_case(windows->items[i].name.text, name->text))
            return &select->named_windows[i];
        nearest_look(&nearest, windows->items[i].name.text);
    }
    bind_error(select->binder, ERROR_UNDEFINED_OBJECT, name->position,
               binder_did_you_mean(select->binder, nearest.found), "window \"%.*s\" does not exist",
               VIEW_ARGUMENTS(name->text));
}

static void require_extendable(const Select *select, const AstWindow *window, const WindowParts *base)
{
    const AstName *name = &window->base;
    if (window->partition_by.count > 0)
        bind_error(select->binder, ERROR_WINDOWING, name->position, NULL,
                   "cannot override PARTITION BY clause of window \"%.*s\"", VIEW_ARGUMENTS(name->text));
    if (window->order_by.count > 0 && base->order_by->count > 0)
        bind_error(select->binder, ERROR_WINDOWING, name->position, NULL,
                   "cannot override ORDER BY clause of window \"%.*s\"", VIEW_ARGUMENTS(name->text));
    if (base->frame)
        bind_error(select->binder, ERROR_WINDOWING, name->position, "OVER w, without parentheses, takes it as it is",
                   "cannot copy window \"%.*s\" because it has a frame clause", VIEW_ARGUMENTS(name->text));
}

/* A window that may use the first `known_count` entries of WINDOW. */
static WindowParts window_parts(const Select *select, const AstWindow *window, size_t known_count)
{
    const AstWindow *frame = window->frame == AST_FRAME_NONE ? NULL : window;
    if (!ast_name_is_given(&window->base))
        return (WindowParts){&window->partition_by, &window->order_by, frame, false};
    WindowParts *base = named_window(select, &window->base, known_count);
    base->is_used = true;
    if (window->is_name_only)
        return *base;
    require_extendable(select, window, base);
    const AstOrders *order_by = window->order_by.count > 0 ? &window->order_by : base->order_by;
    return (WindowParts){base->partition_by, order_by, frame, false};
}

/* The WINDOW clause; an entry may use those before it. */
static void select_look_at_windows(Select *select)
{
    const AstNamedWindows *windows = &select->ast->windows;
    if (select->named_windows)
        return;
    select->named_windows = arena_array(select->binder->arena, WindowParts, windows->count + 1);
    for (size_t i = 0; i < windows->count; i++) {
        const AstName *name = &windows->items[i].name;
        for (size_t j = 0; j < i; j++)
            if (view_equal_ignoring_case(windows->items[j].name.text, name->text))
                bind_error(select->binder, ERROR_WINDOWING, name->position, NULL, "window \"%.*s\" is already defined",
                           VIEW_ARGUMENTS(name->text));
        select->named_windows[i] = window_parts(select, windows->items[i].window, i);
    }
}

/* ---- partition and order ---- */

/* A key that is the same for every row orders nothing. */
static bool key_is_idle(const Expr *key)
{
    return key->kind == EXPR_CONSTANT;
}

static bool frame_has_offset(const WindowParts *parts, AstFrameMode mode)
{
    return parts->frame && parts->frame->frame == mode &&
           (parts->frame->start.offset != NULL || parts->frame->end.offset != NULL);
}

/* RANGE with an offset keeps its key, even a constant one: it is what distances are measured on. */
static SelectWindow bind_partition(const Place *inner, const WindowParts *parts)
{
    Arena *arena = inner->binder->arena;
    size_t partition_count = parts->partition_by->count, key_count = parts->order_by->count;
    bool keeps_key = frame_has_offset(parts, AST_FRAME_RANGE);
    SelectWindow window = {.partition = arena_array(arena, Expr *, partition_count),
                           .keys = arena_array(arena, Expr *, key_count),
                           .orders = arena_array(arena, SortOrder, key_count)};
    for (size_t i = 0; i < partition_count; i++) {
        Expr *expr = bind_expr(inner, parts->partition_by->items[i]);
        if (!key_is_idle(expr))
            window.partition[window.partition_count++] = expr;
    }
    for (size_t i = 0; i < key_count; i++) {
        Expr *expr = bind_expr(inner, parts->order_by->items[i].expr);
        if (key_is_idle(expr) && !keeps_key)
            continue;
        window.keys[window.key_count] = expr;
        window.orders[window.key_count++] = binder_sort_order(inner->binder, &parts->order_by->items[i]);
    }
    return window;
}

static bool windows_equal(const SelectWindow *a, const SelectWindow *b)
{
    if (a->partition_count != b->partition_count || a->key_count != b->key_count)
        return false;
    for (size_t i = 0; i < a->partition_count; i++)
        if (!expr_equal(a->partition[i], b->partition[i]))
            return false;
    for (size_t i = 0; i < a->key_count; i++)
        if (!expr_equal(a->keys[i], b->keys[i]) || a->orders[i].is_descending != b->orders[i].is_descending ||
            a->orders[i].nulls_first != b->orders[i].nulls_first)
            return false;
    return true;
}

/* ---- frames ---- */

/* The offset of ROWS and GROUPS: a number of rows or groups. */
static Expr *bind_count_offset(const Place *inner, const AstExpr *ast, const char *mode)
{
    Binder *binder = inner->binder;
    Expr *offset = bind_expr(inner, ast);
    if (!type_is_integer(offset->type) && offset->type.id != TYPE_NULL && !ast_is_untyped(ast))
        bind_error(binder, ERROR_DATATYPE_MISMATCH, ast->position, NULL,
                   "argument of %s must be type bigint, not type %s", mode, bind_type_text(binder, offset->type));
    return bind_convert(binder, offset, ast_is_untyped(ast), type_of(TYPE_BIGINT));
}

/* What an offset without a type is beside a key. */
static Type range_offset_type(Type key)
{
    return type_is_temporal(key) ? type_of(TYPE_INTERVAL) : key;
}

/* In which a key and an offset are added without overflow, and times do not start again at midnight. */
static Expr *widen_for_range(Binder *binder, Expr *expr)
{
    Type type = expr->type;
    if (type.id == TYPE_TIME)
        type = type_of(TYPE_INTERVAL);
    else if (type_is_integer(type))
        type = type_integer_as_decimal(type);
    return expr_cast(binder->arena, expr, type, expr->position);
}

static void bind_range_bound(const Place *inner, const AstBound *ast, Expr *key, SortOrder order, WindowBound *bound)
{
    Binder *binder = inner->binder;
    if (ast->offset == NULL)
        return;
    if (!type_is_numeric(key->type) && !type_is_temporal(key->type) && key->type.id != TYPE_INTERVAL)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->offset->position, NULL,
                   "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s",
                   bind_type_text(binder, key->type));
    Expr *offset = bind_expr(inner, ast->offset);
    if (ast_is_untyped(ast->offset) || offset->type.id == TYPE_NULL)
        offset = bind_convert(binder, offset, ast_is_untyped(ast->offset), range_offset_type(key->type));
    Expr *wide_offset = type_is_numeric(key->type) ? widen_for_range(binder, offset) : offset;
    Expr *sides[] = {widen_for_range(binder, key), wide_offset};
    const char *sign = (ast->kind == AST_BOUND_PRECEDING) == order.is_descending ? "+" : "-";
    bound->offset = offset;
    bound->limit = bind_call(binder, sign, sides, (bool[]){false, false}, 2, ast->offset->position, sign);
    binder_count_shared(binder, key);
}

/* Key and limits are compared: they take one type. */
static void range_unify(Binder *binder, Expr *key, WindowFrame *frame)
{
    Expr **sides[] = {&frame->start.limit, &frame->end.limit, &frame->range_key};
    frame->range_key = widen_for_range(binder, key);
    Type type = frame->range_key->type;
    for (size_t i = 0; i < 2; i++)
        if (*sides[i] && !type_common(type, (*sides[i])->type, &type))
            bind_error(binder, ERROR_DATATYPE_MISMATCH, (*sides[i])->position, NULL,
                       "RANGE cannot compare type %s with type %s", bind_type_text(binder, key->type),
                       bind_type_text(binder, (*sides[i])->type));
    for (size_t i = 0; i < 3; i++)
        if (*sides[i])
            *sides[i] = expr_cast(binder->arena, *sides[i], type, (*sides[i])->position);
}

static void bind_range_frame(const Place *inner, const WindowParts *parts, const SelectWindow *window,
                             WindowFrame *frame)
{
    const AstWindow *ast = parts->frame;
    if (window->key_count != 1)
        bind_error(inner->binder, ERROR_WINDOWING, ast->position, NULL,
                   "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
    bind_range_bound(inner, &ast->start, window->keys[0], window->orders[0], &frame->start);
    bind_range_bound(inner, &ast->end, window->keys[0], window->orders[0], &frame->end);
    range_unify(inner->binder, window->keys[0], frame);
}

static WindowFrame bind_frame(const Place *inner, const WindowParts *parts, const SelectWindow *window)
{
    static const WindowFrameMode modes[] = {[AST_FRAME_NONE] = WINDOW_RANGE,
                                            [AST_FRAME_ROWS] = WINDOW_ROWS,
                                            [AST_FRAME_RANGE] = WINDOW_RANGE,
                                            [AST_FRAME_GROUPS] = WINDOW_GROUPS};
    static const WindowBoundKind kinds[] = {[AST_BOUND_UNBOUNDED_PRECEDING] = WINDOW_UNBOUNDED_PRECEDING,
                                            [AST_BOUND_PRECEDING] = WINDOW_PRECEDING,
                                            [AST_BOUND_CURRENT_ROW] = WINDOW_CURRENT_ROW,
                                            [AST_BOUND_FOLLOWING] = WINDOW_FOLLOWING,
                                            [AST_BOUND_UNBOUNDED_FOLLOWING] = WINDOW_UNBOUNDED_FOLLOWING};
    static const WindowExclude excludes[] = {[AST_EXCLUDE_NO_OTHERS] = WINDOW_EXCLUDE_NO_OTHERS,
                                             [AST_EXCLUDE_CURRENT_ROW] = WINDOW_EXCLUDE_CURRENT_ROW,
                                             [AST_EXCLUDE_GROUP] = WINDOW_EXCLUDE_GROUP,
                                             [AST_EXCLUDE_TIES] = WINDOW_EXCLUDE_TIES};
    const AstWindow *ast = parts->frame;
    WindowFrame frame = {.mode = WINDOW_RANGE, .end.kind = WINDOW_CURRENT_ROW};
    if (ast) {
        frame = (WindowFrame){.mode = modes[ast->frame],
                              .start.kind = kinds[ast->start.kind],
                              .end.kind = kinds[ast->end.kind],
                              .exclude = excludes[ast->exclude]};
        if (frame.mode == WINDOW_GROUPS && parts->order_by->count == 0)
            bind_error(inner->binder, ERROR_WINDOWING, ast->position, NULL, "GROUPS mode requires an ORDER BY clause");
        if (frame_has_offset(parts, AST_FRAME_RANGE))
            bind_range_frame(inner, parts, window, &frame);
        const char *mode = frame.mode == WINDOW_ROWS ? "ROWS" : "GROUPS";
        if (frame.mode != WINDOW_RANGE && ast->start.offset)
            frame.start.offset = bind_count_offset(inner, ast->start.offset, mode);
        if (frame.mode != WINDOW_RANGE && ast->end.offset)
            frame.end.offset = bind_count_offset(inner, ast->end.offset, mode);
    }
    if (frame.mode != WINDOW_ROWS && window->key_count == 0) { /* all rows are peers */
        if (frame.start.kind == WINDOW_CURRENT_ROW)
            frame.start.kind = WINDOW_UNBOUNDED_PRECEDING;
        if (frame.end.kind == WINDOW_CURRENT_ROW)
            frame.end.kind = WINDOW_UNBOUNDED_FOLLOWING;
    }
    return frame;
}

/* ---- what is called ---- */

/* first(x) over a window is first_value(x), and may then ignore NULLs. */
static StringView window_name(const AstFunction *call)
{
    if (call->arguments.count == 1 && call->filter == NULL && !call->is_distinct && call->order_by.count == 0) {
        if (view_equal_ignoring_case(call->name.name, view_of("first")))
            return view_of("first_value");
        if (view_equal_ignoring_case(call->name.name, view_of("last")))
            return view_of("last_value");
    }
    return call->name.name;
}

static _Noreturn void raise_unsupported_clause(const Place *place, const AstExpr *ast, const char *clause,
                                               const char *what)
{
    bind_error(place->binder, ERROR_NOT_SUPPORTED, ast->position, NULL, "%s is not supported for %s", clause, what);
}

static void require_supported_clauses(const Place *place, const AstExpr *ast, const WindowFunction *function)
{
    const AstFunction *call = ast->function;
    if (call->is_distinct)
        raise_unsupported_clause(place, ast, "DISTINCT", "window functions");
    if (call->order_by.count > 0)
        raise_unsupported_clause(place, ast, "ORDER BY within the call", "window functions");
    if (call->within_group.count > 0)
        raise_unsupported_clause(place, ast, "WITHIN GROUP", "window functions");
    if (function && call->filter)
        raise_unsupported_clause(place, ast, "FILTER", "window functions that are no aggregates");
    bool takes_nulls = function && (function->flags & WINDOW_TAKES_NULL_TREATMENT);
    if (call->nulls == AST_NULLS_IGNORE && !takes_nulls)
        raise_unsupported_clause(place, ast, "IGNORE NULLS",
                                 binder_string(place->binder, function ? view_of(function->name) : call->name.name));
}

static _Noreturn void raise_no_window_function(const Place *place, const AstExpr *ast, Expr *const *arguments,
                                               size_t count)
{
    Binder *binder = place->binder;
    const WindowFunction *function = window_function_find(window_name(ast->function));
    Text types = text_in(binder->arena);
    for (size_t i = 0; i < count; i++)
        text_add_format(&types, "%s%s", i > 0 ? ", " : "", bind_type_text(binder, arguments[i]->type));
    bind_error(binder, ERROR_UNDEFINED_FUNCTION, ast->position,
               arena_format(binder->arena, "there is %s%s", function->name, function->signature),
               "function %s(%s) does not exist", function->name, text_string(&types));
}

static void bind_function_call(const Place *inner, const AstExpr *ast, const WindowFunction *function,
                               WindowCall *window)
{
    Binder *binder = inner->binder;
    const AstExprs *list = &ast->function->arguments;
    size_t count = list->count < WINDOW_MAX_ARGUMENTS ? list->count : WINDOW_MAX_ARGUMENTS;
    Expr **arguments = arena_array(binder->arena, Expr *, count);
    bool is_untyped[WINDOW_MAX_ARGUMENTS] = {false};
    Type types[WINDOW_MAX_ARGUMENTS];
    for (size_t i = 0; i < count; i++) {
        arguments[i] = bind_expr(inner, list->items[i]);
        is_untyped[i] = ast_is_untyped(list->items[i]);
        types[i] = arguments[i]->type;
    }
    window->function = window_function_resolve(view_of(function->name), types, is_untyped, count, &window->call.type);
    if (window->function == NULL || list->count > count)
        raise_no_window_function(inner, ast, arguments, count);
    for (size_t i = 0; i < count; i++)
        arguments[i] = bind_convert(binder, arguments[i], is_untyped[i], types[i]);
    window->call.arguments = arguments;
    window->call.argument_count = count;
    window->call.position = binder_at(binder, ast->position);
    window->ignores_nulls = ast->function->nulls == AST_NULLS_IGNORE;
}

static void require_window_function(const Place *place, const AstExpr *ast)
{
    StringView name = ast->function->name.name;
    Nearest nearest = nearest_to(name);
    const Aggregate *aggregate;
    const WindowFunction *window;
    size_t count;
    if (aggregate_exists(name))
        return;
    if (function_find(name, &count))
        bind_error(place->binder, ERROR_WRONG_OBJECT_TYPE, ast->position, NULL,
                   "OVER specified, but %.*s is not a window function nor an aggregate function", VIEW_ARGUMENTS(name));
    for (size_t i = 0; (window = window_function_at(i)) != NULL; i++)
        nearest_look(&nearest, view_of(window->name));
    for (size_t i = 0; (aggregate = aggregate_at(i)) != NULL; i++)
        nearest_look(&nearest, view_of(aggregate->name));
    bind_error(place->binder, ERROR_UNDEFINED_FUNCTION, ast->position,
               binder_did_you_mean(place->binder, nearest.found), "window function %.*s does not exist",
               VIEW_ARGUMENTS(name));
}

static WindowCall bind_call_over(const Place *inner, const AstExpr *ast)
{
    WindowCall window = {.function = NULL};
    const WindowFunction *function = window_function_find(window_name(ast->function));
    if (function == NULL)
        require_window_function(inner, ast);
    require_supported_clauses(inner, ast, function);
    if (function)
        bind_function_call(inner, ast, function, &window);
    else
        window.call = bind_aggregate_call(inner, ast);
    return window;
}

/* ---- collecting ---- */

typedef struct NestingCheck {
    const Select *select;
    Position position;
} NestingCheck;

/* A window's column that came by an alias. */
static void refuse_windows(void *user, Expr **slot)
{
    const NestingCheck *check = user;
    if (select_uses_windows(check->select, *slot))
        bind_error(check->select->binder, ERROR_WINDOWING, check->position, NULL,
                   "window function calls cannot be nested");
}

static void require_no_windows_within(const Select *select, const SelectWindow *window, WindowCall *call,
                                      Position position)
{
    NestingCheck check = {select, position};
    for (size_t i = 0; i < window->partition_count; i++)
        refuse_windows(&check, &window->partition[i]);
    for (size_t i = 0; i < window->key_count; i++)
        refuse_windows(&check, &window->keys[i]);
    if (call)
        window_call_each_expr(call, refuse_windows, &check);
}

static bool window_call_is_volatile(const WindowCall *call)
{
    for (size_t i = 0; i < call->call.argument_count; i++)
        if (expr_is_volatile(call->call.arguments[i]))
            return true;
    return false;
}

static SelectWindow *select_window(Select *select, const SelectWindow *window)
{
    HashIndex *index = &select->window_index;
    uint64_t hash = hash_combine(exprs_hash(window->partition, window->partition_count),
                                 exprs_hash(window->keys, window->key_count));
    for (size_t i = hash_index_first(index, hash); i < index->count; i = hash_index_next(index, i))
        if (windows_equal(&select->windows.items[i], window))
            return &select->windows.items[i];
    hash_index_add(select->binder->arena, index, hash);
    array_add(select->binder->arena, &select->windows, *window);
    return &select->windows.items[select->windows.count - 1];
}

/* The column of an equal call that is there already, or a new one. */
static ColumnId window_column(Select *select, SelectWindow *window, const WindowCall *call, const AstExpr *ast)
{
    Binder *binder = select->binder;
    HashIndex *index = &window->call_index;
    const void *function = call->function ? (const void *)call->function : (const void *)call->call.aggregate;
    uint64_t hash = hash_combine(aggregate_call_hash(&call->call), (uintptr_t)function);
    if (!window_call_is_volatile(call))
        for (size_t i = hash_index_first(index, hash); i < index->count; i = hash_index_next(index, i))
            if (window_calls_equal(&window->calls.items[i], call))
                return window->columns.items[i];
    Text name = text_in(binder->arena);
    printer_print_expr(&name, ast, PRINTER_PLAIN);
    bool is_never_null = call->function ? (call->function->flags & WINDOW_NEVER_NULL) != 0
                                        : strcmp(call->call.aggregate->name, "count") == 0;
    ColumnId column = plan_column_new(binder->columns, text_string(&name), NULL, call->call.type, !is_never_null);
    hash_index_add(binder->arena, index, hash);
    array_add(binder->arena, &window->calls, *call);
    array_add(binder->arena, &window->columns, column);
    column_set_add(&select->window_columns, column);
    return column;
}

Expr *bind_window(const Place *place, const AstExpr *ast)
{
    require_window_place(place, ast);
    Select *select = place->select;
    Place inner = *place;
    inner.is_in_window = true;
    select_look_at_windows(select);
    WindowParts parts = window_parts(select, ast->function->over, select->ast->windows.count);
    SelectWindow window = bind_partition(&inner, &parts);
    WindowCall call = bind_call_over(&inner, ast);
    call.frame = bind_frame(&inner, &parts, &window);
    require_no_windows_within(select, &window, &call, ast->position);
    ColumnId column = window_column(select, select_window(select, &window), &call, ast);
    return plan_column_expr(place->binder->columns, column, call.call.position);
}

void select_bind_unused_windows(Select *select)
{
    Place place = select_place(select, "WINDOW");
    place.is_in_window = true;
    select_look_at_windows(select);
    for (size_t i = 0; i < select->ast->windows.count; i++) {
        WindowParts *parts = &select->named_windows[i];
        if (parts->is_used)
            continue;
        SelectWindow window = bind_partition(&place, parts);
        require_no_windows_within(select, &window, NULL, select->ast->windows.items[i].name.position);
        (void)bind_frame(&place, parts, &window);
    }
}

/* ---- the plan ---- */

void select_each_window_expr(Select *select, void (*visit)(void *user, Expr **slot), void *user)
{
    for (size_t i = 0; i < select->windows.count; i++) {
        SelectWindow *window = &select->windows.items[i];
        for (size_t j = 0; j < window->partition_count; j++)
            visit(user, &window->partition[j]);
        for (size_t j = 0; j < window->key_count; j++)
            visit(user, &window->keys[j]);
        for (size_t j = 0; j < window->calls.count; j++)
            window_call_each_expr(&window->calls.items[j], visit, user);
    }
}

Subqueries select_take_window_subqueries(Select *select)
{
    Subqueries taken = {0};
    size_t kept = 0;
    for (size_t i = 0; i < select->after.count; i++) {
        Subquery *subquery = &select->after.items[i];
        if (select_uses_windows(select, subquery->mark_condition))
            array_add(select->binder->arena, &taken, *subquery);
        else
            select->after.items[kept++] = *subquery;
    }
    select->after.count = kept;
    return taken;
}

static Plan *window_attach(Select *select, const SelectWindow *window, Plan *input)
{
    PlanColumns *columns = select->binder->columns;
    PlanWindow *plan = plan_window_new(columns, input, window->partition_count, window->key_count, window->calls.count);
    for (size_t i = 0; i < window->partition_count; i++)
        plan->partition[i] = window->partition[i];
    for (size_t i = 0; i < window->key_count; i++) {
        plan->keys[i] = window->keys[i];
        plan->orders[i] = window->orders[i];
    }
    for (size_t i = 0; i < window->calls.count; i++) {
        plan->calls[i] = window->calls.items[i];
        plan->columns[i] = window->columns.items[i];
    }
    plan_refresh_outputs(columns, &plan->base);
    return &plan->base;
}

static bool window_keeps_order(const SelectWindow *window)
{
    return window->partition_count == 0 && window->key_count == 0;
}

/* One without partition and order sees the rows in the input's order: it stands below those that sort. The first one
 * stands on top, so that rows come in its order. */
Plan *select_attach_windows(Select *select, Plan *plan)
{
    for (size_t i = select->windows.count; i-- > 0;)
        if (window_keeps_order(&select->windows.items[i]))
            plan = window_attach(select, &select->windows.items[i], plan);
    for (size_t i = select->windows.count; i-- > 0;)
        if (!window_keeps_order(&select->windows.items[i]))
            plan = window_attach(select, &select->windows.items[i], plan);
    return plan;
}
