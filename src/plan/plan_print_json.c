/* plan/plan_print_json.c: a plan as JSON, for programs; PostgreSQL's words where it has them. */
#include "column/json_text.h"
#include "plan/plan.h"

typedef struct JsonPrinter {
    const PlanColumns *columns;
    const PlanPrintOptions *options;
    void (*members)(void *user, const Plan *plan, Text *text);
    void *user;
    Text *text;
    size_t depth;
} JsonPrinter;

static void json_line(JsonPrinter *printer, const char *before)
{
    text_add(printer->text, before);
    text_add_char(printer->text, '\n');
    text_add_repeated(printer->text, ' ', 2 * printer->depth);
}

static void json_member(JsonPrinter *printer, const char *name)
{
    json_line(printer, ",");
    text_add_format(printer->text, "\"%s\": ", name);
}

/* What plan_print says of the node: behind its kind, and on lines of their own. */
static void json_description(JsonPrinter *printer, const Plan *plan)
{
    Text text = text_in(printer->columns->arena);
    plan_print_node(printer->columns, plan, printer->options, &text);
    const char *rest = text_string(&text) + strlen(plan_kind_name(plan->kind));
    size_t size = strcspn(rest, "\n");
    StringView first = view_trim((StringView){rest, size});
    if (first.size > 0) {
        json_member(printer, "Description");
        text_add_json(printer->text, first);
    }
    bool has_details = false;
    for (rest += size; *rest; rest += size) {
        rest += *rest == '\n';
        size = strcspn(rest, "\n");
        StringView line = view_trim((StringView){rest, size});
        if (line.size == 0)
            continue;
        if (!has_details)
            json_member(printer, "Details");
        text_add(printer->text, has_details ? ", " : "[");
        text_add_json(printer->text, line);
        has_details = true;
    }
    if (has_details)
        text_add_char(printer->text, ']');
}

static void json_node(JsonPrinter *printer, const Plan *plan)
{
    text_add_char(printer->text, '{');
    printer->depth++;
    json_line(printer, "");
    text_add(printer->text, "\"Node Type\": ");
    text_add_json(printer->text, view_of(plan_kind_name(plan->kind)));
    json_description(printer, plan);
    if (plan->row_estimate >= 0) {
        json_member(printer, "Plan Rows");
        text_add_format(printer->text, "%.0f", plan->row_estimate);
    }
    if (printer->members)
        printer->members(printer->user, plan, printer->text);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (i == 0)
            json_member(printer, "Plans");
        text_add(printer->text, i == 0 ? "[" : ", ");
        json_node(printer, plan->inputs[i]);
    }
    text_add(printer->text, plan->input_count > 0 ? "]" : "");
    printer->depth--;
    json_line(printer, "");
    text_add_char(printer->text, '}');
}

void plan_print_json(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, const char *rule,
                     void (*members)(void *user, const Plan *plan, Text *text), void *user, Text *text)
{
    JsonPrinter printer = {
        .columns = columns, .options = options, .members = members, .user = user, .text = text, .depth = 1};
    text_add(text, "{\n  ");
    if (rule) {
        text_add(text, "\"Rule\": ");
        text_add_json(text, view_of(rule));
        json_member(&printer, "Plan");
    } else {
        text_add(text, "\"Plan\": ");
    }
    json_node(&printer, plan);
    text_add(text, "\n}");
}
