/* cli/complete.c: what TAB offers at the prompt: commands, file names within quotes, keywords, functions, tables, and
 * the columns of the tables that the statement names; behind "schema." its tables, behind "table." its columns. */
#include "cli/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/commands.h"
#include "cli/editor.h"

#define CANDIDATES_MAX 20000

static Session *complete_session;
static const char *complete_context = "";

/* What fits the word so far. */
static struct {
    char *items[CANDIDATES_MAX];
    size_t count, next;
    const char *word; /* all of it: what is offered replaces it */
    const char *name; /* its part behind the last dot */
    size_t name_size;
} candidates;

static void candidates_clear(void)
{
    for (size_t i = 0; i < candidates.count; i++)
        free(candidates.items[i]);
    candidates.count = candidates.next = 0;
}

/* Keywords follow the case in which the word was begun. */
static void candidate_add(const char *name, bool is_keyword)
{
    if (candidates.count == CANDIDATES_MAX || strncasecmp(name, candidates.name, candidates.name_size) != 0)
        return;
    Text whole = {0};
    text_add_bytes(&whole, candidates.word, (size_t)(candidates.name - candidates.word));
    text_add(&whole, name);
    char *copy = string_copy(text_string(&whole));
    text_done(&whole);
    bool is_lower = candidates.name_size == 0 || islower((unsigned char)candidates.word[0]);
    for (size_t i = 0; is_keyword && is_lower && copy[i]; i++)
        copy[i] = (char)tolower((unsigned char)copy[i]);
    for (size_t i = 0; i < candidates.count; i++)
        if (strcmp(candidates.items[i], copy) == 0) {
            free(copy);
            return;
        }
    candidates.items[candidates.count++] = copy;
}

/* With quotes where it needs them. */
static void candidate_take_name(void *unused, const char *const *values)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    const char *name = values[0];
    (void)unused;
    if (name == NULL)
        return;
    if (name[strspn(name, plain)] == '\0' && !isdigit((unsigned char)name[0])) {
        candidate_add(name, false);
        return;
    }
    Text quoted = {0};
    text_add_quoted(&quoted, name);
    candidate_add(text_string(&quoted), false);
    text_done(&quoted);
}

/* ---- columns ---- */

static bool text_has_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (const char *found = text; size && (found = strcasestr(found, word)) != NULL; found++) {
        bool begins = found == text || !(isalnum((unsigned char)found[-1]) || found[-1] == '_');
        bool ends = !(isalnum((unsigned char)found[size]) || found[size] == '_');
        if (begins && ends)
            return true;
    }
    return false;
}

/* "schema"."table", each ended by a NUL: a result may not be read within another. */
typedef struct Tables {
    Text named; /* those that the statement names */
    Text all;
} Tables;

static void text_add_table(Text *text, const char *const *values)
{
    text_add_quoted(text, values[0]);
    text_add(text, ".");
    text_add_quoted(text, values[1]);
    text_add_bytes(text, "", 1);
}

static void table_take(void *user, const char *const *values)
{
    Tables *tables = user;
    if (values[0] == NULL || values[1] == NULL)
        return;
    text_add_table(&tables->all, values);
    if (text_has_word(complete_context, values[1]) || text_has_word(rl_line_buffer, values[1]))
        text_add_table(&tables->named, values);
}

static void candidates_add_columns_of(const Text *tables)
{
    static const char *const columns[] = {"column_name", NULL};
    Text sql = {0};
    for (size_t i = 0; i < tables->size; i += strlen(tables->data + i) + 1) {
        text_clear(&sql);
        text_add_format(&sql, "DESCRIBE %s", tables->data + i);
        session_read(complete_session, text_string(&sql), columns, candidate_take_name, NULL);
    }
    text_done(&sql);
}

/* The columns of the tables that the statement names; while it names none, those of all tables. */
static void candidates_add_columns(void)
{
    static const char *const table_columns[] = {"schema", "name", NULL};
    Tables tables = {0};
    session_read(complete_session, "SHOW TABLES", table_columns, table_take, &tables);
    candidates_add_columns_of(tables.named.size ? &tables.named : &tables.all);
    text_done(&tables.named);
    text_done(&tables.all);
}

static void candidates_add_tables(void)
{
    static const char *const tables[] = {"name", NULL}, *const schemas[] = {"schema", NULL};
    session_read(complete_session, "SHOW TABLES", tables, candidate_take_name, NULL);
    session_read(complete_session, "SHOW SCHEMAS", schemas, candidate_take_name, NULL);
}

static void candidate_take_function(void *unused, const char *const *values)
{
    (void)unused;
    if (values[0])
        candidate_add(values[0], true);
}

/* ---- behind a dot ---- */

static bool qualifier_is(const char *name)
{
    size_t size = (size_t)(candidates.name - candidates.word) - 1;
    return strlen(name) == size && strncasecmp(name, candidates.word, size) == 0;
}

static void candidate_take_table_of_schema(void *unused, const char *const *values)
{
    if (values[0] && values[1] && qualifier_is(values[0]))
        candidate_take_name(unused, values + 1);
}

static void qualified_table_take(void *user, const char *const *values)
{
    if (values[0] && values[1] && qualifier_is(values[1]))
        text_add_table(user, values);
}

/* A qualifier that is no table's name is an alias, of some table that the statement names. */
static void candidates_add_qualified(void)
{
    static const char *const table_columns[] = {"schema", "name", NULL};
    Text tables = {0};
    session_read(complete_session, "SHOW TABLES", table_columns, candidate_take_table_of_schema, NULL);
    session_read(complete_session, "SHOW TABLES FROM information_schema", table_columns, candidate_take_table_of_schema,
                 NULL);
    session_read(complete_session, "SHOW TABLES", table_columns, qualified_table_take, &tables);
    if (tables.size)
        candidates_add_columns_of(&tables);
    else if (candidates.count == 0)
        candidates_add_columns();
    text_done(&tables);
}

/* ---- the editor's side ---- */

static char *candidate_next(const char *word, int state)
{
    (void)word;
    if (state == 0)
        candidates.next = 0;
    return candidates.next < candidates.count ? string_copy(candidates.items[candidates.next++]) : NULL;
}

static bool word_is_quoted(int start)
{
    bool is_quoted = false;
    for (int i = 0; i < start; i++)
        is_quoted ^= rl_line_buffer[i] == '\'';
    return is_quoted;
}

static char **complete_word(const char *word, int start, int end)
{
    (void)end;
    bool is_command = command_is_at(rl_line_buffer);
    if (word_is_quoted(start) || (is_command && start > 0 && strncmp(rl_line_buffer, ".mode", 5) != 0 &&
                                  strncmp(rl_line_buffer, "\\d", 2) != 0 && strncmp(rl_line_buffer, ".schema", 7) != 0))
        return NULL; /* the editor's own: file names */
    rl_attempted_completion_over = 1;
    candidates_clear();
    const char *dot = start > 0 || !is_command ? strrchr(word, '.') : NULL;
    candidates.word = word;
    candidates.name = dot ? dot + 1 : word;
    candidates.name_size = strlen(candidates.name);
    if (is_command && start == 0) {
        for (size_t i = 0; command_name(i); i++)
            candidate_add(command_name(i), false);
    } else if (strncmp(rl_line_buffer, ".mode", 5) == 0) {
#define MODE_CANDIDATE(word, format, help) candidate_add(word, false);
        MODES(MODE_CANDIDATE)
#undef MODE_CANDIDATE
    } else if (dot) {
        candidates_add_qualified();
    } else {
        static const char *const functions[] = {"name", NULL};
        candidates_add_columns();
        candidates_add_tables();
        for (size_t i = 0; !is_command && candidates.name_size > 0 && quern_keyword(i); i++)
            candidate_add(quern_keyword(i), true);
        if (!is_command && candidates.name_size > 0)
            session_read(complete_session, "SHOW FUNCTIONS", functions, candidate_take_function, NULL);
    }
    return rl_completion_matches(word, candidate_next);
}

void complete_install(Session *session)
{
    complete_session = session;
    rl_attempted_completion_function = complete_word;
    rl_basic_word_break_characters = " \t\n'><=;|&(,+-*/%)";
}

void complete_set_context(const char *text)
{
    complete_context = text;
}
