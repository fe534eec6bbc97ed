/* cli/commands.c: lines that talk to the program and not to the engine: .help, \d and the like.
 *
 * The table below makes both the commands and their help. */
#include "cli/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/script.h"

#define WORDS_MAX 8

/* A command line taken apart. Words lose their quotes; `rest` is the text behind the first word as it was typed. */
typedef struct CommandLine {
    char *words[WORDS_MAX];
    size_t count;
    char *rest;
    Place place;
} CommandLine;

typedef bool (*CommandFunction)(Session *session, const CommandLine *line);

/* ---- helpers ---- */

static bool command_fail(Session *session, const CommandLine *line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool command_fail(Session *session, const CommandLine *line, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    report_trouble(line->place, "%s: %s", line->words[0], message);
    session_fail(session, QUERN_ERROR_SQL);
    return false;
}

static bool command_refuse_if_safe(Session *session, const CommandLine *line)
{
    return !session->is_safe || command_fail(session, line, "not allowed with --safe");
}

/* "on", "off", or nothing: the other way round. */
static bool switch_set(Session *session, const CommandLine *line, bool *is_on)
{
    const char *word = line->count > 1 ? line->words[1] : *is_on ? "off" : "on";
    if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
        return command_fail(session, line, "`on` or `off`, not `%s`", word);
    *is_on = strcmp(word, "on") == 0;
    return true;
}

static bool number_set(Session *session, const CommandLine *line, size_t *number)
{
    char *end = "";
    unsigned long value = line->count > 1 ? strtoul(line->words[1], &end, 10) : 0;
    if (*end || value > 1000000000)
        return command_fail(session, line, "`%s` is not a number of columns or rows", line->words[1]);
    *number = value;
    return true;
}

/* schema.table, or quotes of the user's own, or a file's name and the like, which needs quotes. */
static void text_add_typed_name(Text *text, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.$";
    bool is_digit = name[0] >= '0' && name[0] <= '9';
    if (strchr(name, '"') || name[0] == '\'' || (!is_digit && name[strspn(name, plain)] == '\0'))
        text_add(text, name);
    else
        text_add_quoted(text, name);
}

/* A verb and the name that was typed, which stands as it is if it can be a name. */
static bool statement_run_named(Session *session, const CommandLine *line, const char *verb)
{
    Text sql = {0};
    text_add(&sql, verb);
    text_add_typed_name(&sql, line->rest);
    bool is_run = session_run_text(session, text_string(&sql), line->place);
    text_done(&sql);
    return is_run;
}

/* ---- the commands ---- */

static bool command_quit(Session *session, const CommandLine *line)
{
    (void)line;
    session->is_ending = true;
    return true;
}

/* pg_dump's scripts begin with it: nothing in their rows is to be taken for a command. */
static bool command_restrict(Session *session, const CommandLine *line)
{
    if (line->count != 2)
        return command_fail(session, line, "wants a key");
    session->restriction = string_copy(line->words[1]);
    return true;
}

static bool command_unrestrict(Session *session, const CommandLine *line)
{
    if (session->restriction == NULL || line->count != 2 || strcmp(line->words[1], session->restriction) != 0)
        return command_fail(session, line, "wants the key of `\\restrict`");
    free(session->restriction);
    session->restriction = NULL;
    return true;
}

static bool command_tables(Session *session, const CommandLine *line)
{
    return line->count < 2 ? session_run_text(session, "SHOW TABLES", line->place)
                           : statement_run_named(session, line, "SHOW TABLES FROM ");
}

static bool command_describe(Session *session, const CommandLine *line)
{
    return line->count < 2 ? command_tables(session, line) : statement_run_named(session, line, "DESCRIBE ");
}

static void definition_print(void *session, const char *const *values)
{
    Output *output = session_output(session);
    const char *text = values[0] ? values[0] : "";
    size_t size = strlen(text);
    output_print(output, text);
    output_print(output, size && text[size - 1] == ';' ? "\n" : ";\n");
}

static void definition_read(Session *session, const char *sql)
{
    static const char *const columns[] = {"definition", NULL};
    session_read(session, sql, columns, definition_print, session);
}

/* Statements that show definitions, each ended by a NUL: a result may not be read within another. They name a table as
 * its definition shall. Standard input is left out: no statement makes it, and it would have to be read. */
static void definition_ask(void *statements, const char *const *values)
{
    bool is_main = values[0] && strcmp(values[0], "main") == 0;
    if (values[0] == NULL || values[1] == NULL || (is_main && strcmp(values[1], "stdin") == 0))
        return;
    text_add(statements, "SHOW CREATE TABLE ");
    if (!is_main) {
        text_add_quoted(statements, values[0]);
        text_add(statements, ".");
    }
    text_add_quoted(statements, values[1]);
    text_add_bytes(statements, "", 1);
}

/* main and temp need no making; databases, which are schemas too, are attached. */
static void schema_print(void *session, const char *const *values)
{
    if (values[0] == NULL || values[1] == NULL || strcmp(values[1], "memory") != 0 || strcmp(values[0], "main") == 0 ||
        strcmp(values[0], "temp") == 0)
        return;
    Text text = {0};
    text_add(&text, "CREATE SCHEMA ");
    text_add_quoted(&text, values[0]);
    text_add(&text, ";\n");
    output_print(session_output(session), text_string(&text));
    text_done(&text);
}

static bool command_schema(Session *session, const CommandLine *line)
{
    static const char *const sequences[] = {"sequence_schema", "sequence_name", NULL};
    static const char *const tables[] = {"schema", "name", NULL};
    static const char *const schemas[] = {"schema", "format", NULL};
    Text statements = {0};
    if (line->count > 1) {
        text_add(&statements, "SHOW CREATE TABLE ");
        text_add_typed_name(&statements, line->rest);
        text_add_bytes(&statements, "", 1);
    } else {
        session_read(session, "SHOW SCHEMAS", schemas, schema_print, session);
        session_read(session, "FROM information_schema.sequences", sequences, definition_ask, &statements);
        session_read(session, "SHOW TABLES", tables, definition_ask, &statements);
    }
    bool is_run = true;
    for (size_t i = 0; i < statements.size; i += strlen(statements.data + i) + 1) {
        definition_read(session, statements.data + i);
        if (quern_error_message(session->connection)[0] == '\0')
            continue;
        is_run = false;
        report_error(session->connection, line->place, "", 0);
        session_fail(session, QUERN_ERROR_SQL);
    }
    text_done(&statements);
    return output_flush(session_output(session)) && is_run;
}

static bool command_mode(Session *session, const CommandLine *line)
{
    if (line->count > 1 && !session_set_mode(session, line->words[1]))
        return command_fail(session, line, "no mode `%s`; .help mode lists them", line->words[1]);
    if (line->count > 1) {
        free(session->table_name);
        session->table_name = line->count > 2 ? string_copy(line->words[2]) : NULL;
        return true;
    }
    output_print(session_output(session), session->mode ? session->mode : "auto");
    output_print(session_output(session), "\n");
    return output_flush(session_output(session));
}

static bool command_expanded(Session *session, const CommandLine *line)
{
    bool is_line = session->mode && strcmp(session->mode, "line") == 0;
    return switch_set(session, line, &is_line) && session_set_mode(session, is_line ? "line" : "auto");
}

static bool command_headers(Session *session, const CommandLine *line)
{
    bool has_header = !session->has_no_header;
    bool is_set = switch_set(session, line, &has_header);
    session->has_no_header = !has_header;
    return is_set;
}

static bool command_timer(Session *session, const CommandLine *line)
{
    return switch_set(session, line, &session->has_timer);
}

static bool command_nullvalue(Session *session, const CommandLine *line)
{
    free(session->null_value);
    session->null_value = line->count > 1 ? string_copy(line->words[1]) : NULL;
    return true;
}

static bool command_width(Session *session, const CommandLine *line)
{
    return number_set(session, line, &session->width);
}

static bool command_maxrows(Session *session, const CommandLine *line)
{
    return number_set(session, line, &session->max_rows);
}

static bool command_output(Session *session, const CommandLine *line)
{
    return command_refuse_if_safe(session, line) &&
           session_set_output(session, line->count > 1 ? line->words[1] : NULL, line->place);
}

static bool command_read(Session *session, const CommandLine *line)
{
    if (line->count < 2)
        return command_fail(session, line, "which file?");
    if (!command_refuse_if_safe(session, line))
        return false;
    script_run_file(session, line->words[1]);
    return true;
}

static bool command_open(Session *session, const CommandLine *line)
{
    if (line->count < 2)
        return command_fail(session, line, "which file?");
    if (!command_refuse_if_safe(session, line))
        return false;
    QuernStatus status = quern_add_file(session->connection, line->words[1], NULL);
    if (status == QUERN_OK)
        return true;
    report_error(session->connection, line->place, "", 0);
    session_fail(session, (int)status);
    return false;
}

static bool command_print(Session *session, const CommandLine *line)
{
    output_print(session_output(session), line->rest);
    output_print(session_output(session), "\n");
    return output_flush(session_output(session));
}

static bool command_show(Session *session, const CommandLine *line)
{
    Text text = {0};
    (void)line;
    text_add_format(&text, "mode       %s%s%s\n", session->mode ? session->mode : "auto",
                    session->table_name ? " " : "", session->table_name ? session->table_name : "");
    text_add_format(&text, "headers    %s\n", session->has_no_header ? "off" : "on");
    text_add_format(&text, "nullvalue  %s\n", session->null_value ? session->null_value : "(the mode's own)");
    text_add_format(&text, "output     %s\n", session->file_name ? session->file_name : "standard output");
    text_add_format(&text, "width      %zu\n", session->width);
    text_add_format(&text, "maxrows    %zu\n", session->max_rows);
    text_add_format(&text, "timer      %s\n", session->has_timer ? "on" : "off");
    output_print(session_output(session), text_string(&text));
    text_done(&text);
    return output_flush(session_output(session));
}

static bool command_help(Session *session, const CommandLine *line);

/* ---- the table ---- */

static const struct {
    const char *name;
    const char *alias; /* psql's; NULL: none */
    const char *arguments;
    const char *help;
    CommandFunction run;
} commands[] = {
    {".help", "\\?", "[COMMAND]", "this list, or one command", command_help},
    {".tables", "\\dt", "[SCHEMA]", "the tables", command_tables},
    {".describe", "\\d", "[TABLE]", "a table's columns; alone, the tables", command_describe},
    {".schema", NULL, "[TABLE]", "the statements that make the tables and sequences", command_schema},
    {".mode", NULL, "[MODE [TABLE]]", "how results are shown", command_mode},
    {".expanded", "\\x", "[on|off]", "a line a column", command_expanded},
    {".headers", NULL, "[on|off]", "column names above results", command_headers},
    {".nullvalue", NULL, "[TEXT]", "how NULL is shown; alone, the mode's own way", command_nullvalue},
    {".width", NULL, "[COLUMNS]", "of tables; alone or 0, the terminal's", command_width},
    {".maxrows", NULL, "[ROWS]", "of tables, the first and last of more; alone or 0, all", command_maxrows},
    {".timer", "\\timing", "[on|off]", "how long each statement took", command_timer},
    {".output", "\\o", "[FILE]", "results go to the file; alone, back here", command_output},
    {".read", "\\i", "FILE", "run a script", command_read},
    {".open", NULL, "FILE", "add a data file or database, as on the command line", command_open},
    {".print", "\\echo", "TEXT", "print the text", command_print},
    {".show", NULL, "", "these settings", command_show},
    {".restrict", "\\restrict", "KEY", "refuse all commands until .unrestrict", command_restrict},
    {".unrestrict", "\\unrestrict", "KEY", "allow them again", command_unrestrict},
    {".quit", "\\q", "", "end; so does Ctrl-D", command_quit},
    {".exit", NULL, "", "the same", command_quit},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

const char *command_name(size_t index)
{
    return index < COMMAND_COUNT ? commands[index].name : NULL;
}

static void command_add_help(Text *text, size_t index)
{
    char usage[64];
    snprintf(usage, sizeof usage, "%s %s", commands[index].name, commands[index].arguments);
    text_add_format(text, "%-24s %-12s %s\n", usage, commands[index].alias ? commands[index].alias : "",
                    commands[index].help);
}

/* Its index; COMMAND_COUNT: none. The dot may be left out when asking for help. */
static size_t command_find(const char *name)
{
    size_t i = 0;
    while (i < COMMAND_COUNT && strcmp(commands[i].name, name) != 0 && strcmp(commands[i].name + 1, name) != 0 &&
           (commands[i].alias == NULL || strcmp(commands[i].alias, name) != 0))
        i++;
    return i;
}

static bool command_help(Session *session, const CommandLine *line)
{
    Text text = {0};
    size_t index = line->count > 1 ? command_find(line->words[1]) : 0;
    if (index == COMMAND_COUNT)
        return command_fail(session, line, "no command `%s`", line->words[1]);
    if (line->count > 1)
        command_add_help(&text, index);
    else
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            command_add_help(&text, i);
    if (line->count > 1 && commands[index].run == command_mode) {
        text_add(&text, "modes:\n  auto      table at a terminal, csv elsewhere\n");
#define MODE_HELP(word, format, help) text_add_format(&text, "  %-9s %s\n", word, help);
        MODES(MODE_HELP)
#undef MODE_HELP
    } else if (line->count == 1) {
        text_add(&text, "Anything else is SQL and ends with a semicolon.\n");
    }
    output_print(session_output(session), text_string(&text));
    text_done(&text);
    return output_flush(session_output(session));
}

/* ---- taking a line apart ---- */

bool command_is_at(const char *text)
{
    return text[0] == '.' || text[0] == '\\';
}

/* The next word of *line, in place, without quotes ('…' or "…"; a quote doubled within stands for one); NULL: none. */
static char *word_take(char **line)
{
    char *from = *line + strspn(*line, " \t");
    if (*from == '\0')
        return NULL;
    char *word = from, *to = from, quote = 0;
    for (; *from && (quote || (*from != ' ' && *from != '\t')); from++) {
        if (quote == 0 && (*from == '\'' || *from == '"')) {
            quote = *from;
        } else if (*from == quote && quote) {
            if (from[1] == quote)
                *to++ = *from++;
            else
                quote = 0;
        } else {
            *to++ = *from;
        }
    }
    *line = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

/* psql's habit: a command may end with a semicolon, which means nothing. */
static void line_trim(char *line)
{
    size_t size = strlen(line);
    while (size && strchr(" \t;", line[size - 1]))
        line[--size] = '\0';
}

bool command_run(Session *session, const char *text, Place place)
{
    char *copy = string_copy(text), *rest = string_copy(text), *next = copy;
    line_trim(copy);
    line_trim(rest);
    CommandLine line = {.place = place};
    for (char *word; line.count < WORDS_MAX && (word = word_take(&next)) != NULL;)
        line.words[line.count++] = word;
    line.rest = rest + strcspn(rest, " \t");
    line.rest += strspn(line.rest, " \t");
    bool is_run;
    size_t index = command_find(line.words[0]);
    if (index == COMMAND_COUNT || !command_is_at(line.words[0])) {
        report_trouble(place, "no command `%s`; .help lists them", line.words[0]);
        session_fail(session, QUERN_ERROR_SQL);
        is_run = false;
    } else if (session->restriction && commands[index].run != command_unrestrict) {
        is_run = command_fail(session, &line, "not allowed before `\\unrestrict`");
    } else {
        is_run = commands[index].run(session, &line);
    }
    free(copy);
    free(rest);
    return is_run;
}
