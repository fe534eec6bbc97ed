/* runner/script.c: a test file as lines, and one record read from them. */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool text_ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* By name, then by what the head of the file says. Files of other projects name themselves there. */
static Dialect script_guess_dialect(const Script *script)
{
    bool has_duckdb_header = false, is_apache = false;
    for (size_t i = 0; i < script->line_count && i < 10; i++) {
        has_duckdb_header |=
            strncmp(script->lines[i], "# name:", 7) == 0 || strncmp(script->lines[i], "# group:", 8) == 0;
        is_apache |= strstr(script->lines[i], "Apache Software Foundation") != NULL;
    }
    if (text_ends_with(script->path, ".test_slow") || has_duckdb_header)
        return DIALECT_DUCKDB;
    if (text_ends_with(script->path, ".test"))
        return DIALECT_SQLITE;
    return is_apache || strstr(script->path, "datafusion") ? DIALECT_RS : DIALECT_QUERN;
}

static bool file_read(Arena *arena, const char *path, Text *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    *text = text_in(arena);
    for (size_t size = 1; size > 0; text->size += size)
        size = fread(text_reserve(text, 65536), 1, 65536, file);
    *text_reserve(text, 0) = '\0';
    int error = ferror(file) ? errno : 0;
    fclose(file);
    errno = error;
    return error == 0;
}

Script *script_read(Arena *arena, const char *path, Dialect dialect)
{
    Text text;
    if (!file_read(arena, path, &text))
        return NULL;
    ARRAY(const char *) lines = {0};
    for (char *line = text.data, *end = text.data + text.size; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        *stop = '\0';
        if (stop > line && stop[-1] == '\r')
            stop[-1] = '\0';
        array_add(arena, &lines, line);
        line = stop + 1;
    }
    Script *script = arena_new(arena, Script);
    *script = (Script){.path = path, .dialect = dialect, .lines = lines.items, .line_count = lines.count};
    if (dialect == DIALECT_GUESS)
        script->dialect = script_guess_dialect(script);
    return script;
}

bool line_is_blank(const char *line)
{
    return line[strspn(line, " \t")] == '\0';
}

Words words_split(Arena *arena, const char *line)
{
    Words words = {0};
    for (;;) {
        line += strspn(line, " \t");
        size_t size = strcspn(line, " \t");
        if (size == 0 || *line == '#')
            return words;
        array_add(arena, &words, arena_string_n(arena, line, size));
        line += size;
    }
}

const char *line_substitute(Arena *arena, const char *line, const Variables *variables)
{
    if (variables->count == 0 || strchr(line, '{') == NULL)
        return line;
    Text text = text_in(arena);
    while (*line) {
        const char *name = line[0] == '$' && line[1] == '{' ? line + 2 : line[0] == '{' ? line + 1 : NULL;
        const Variable *found = NULL;
        for (size_t i = variables->count; name && i-- > 0 && found == NULL;) {
            size_t size = strlen(variables->items[i].name);
            if (strncmp(name, variables->items[i].name, size) == 0 && name[size] == '}')
                found = &variables->items[i];
        }
        if (found) {
            text_add(&text, found->value);
            line = name + strlen(found->name) + 1;
        } else {
            text_add_char(&text, *line++);
        }
    }
    return text_string(&text);
}

bool sort_mode_parse(const char *word, SortMode *ret_mode)
{
    static const char *const names[] = {"nosort", "rowsort", "valuesort"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(word, names[i]) == 0) {
            *ret_mode = (SortMode)i;
            return true;
        }
    return false;
}

/* The rest of a line behind its first `count` words; NULL when there is nothing. */
static const char *line_behind(const char *line, size_t count)
{
    while (count-- > 0) {
        line += strspn(line, " \t");
        line += strcspn(line, " \t");
    }
    line += strspn(line, " \t");
    return *line ? line : NULL;
}

/* What the control line says. False: malformed. */
static bool record_read_control(Arena *arena, Record *record, const char *line, Dialect dialect)
{
    Words words = words_split(arena, line);
    record->is_query = strcmp(words.items[0], "query") == 0;
    const char *kind = words.count > 1 ? words.items[1] : record->is_query ? "" : "?";
    if (strcmp(kind, "error") == 0) {
        record->expectation = EXPECT_ERROR;
        if (dialect == DIALECT_RS || dialect == DIALECT_QUERN)
            record->error_pattern = line_behind(line, 2);
        return true;
    }
    if (!record->is_query) {
        char *end = "";
        if (strcmp(kind, "count") == 0 && words.count > 2) {
            record->expectation = EXPECT_COUNT;
            record->row_count = strtoll(words.items[2], &end, 10);
            return *end == '\0';
        }
        record->expectation = strcmp(kind, "maybe") == 0 ? EXPECT_MAYBE : EXPECT_OK;
        return record->expectation == EXPECT_MAYBE || strcmp(kind, "ok") == 0;
    }
    record->expectation = EXPECT_ROWS;
    size_t next = 1;
    SortMode ignored;
    if (*kind && !sort_mode_parse(kind, &ignored))
        record->types = words.items[next++];
    if (next < words.count && sort_mode_parse(words.items[next], &record->sort))
        next++;
    if (next < words.count && (dialect == DIALECT_SQLITE || dialect == DIALECT_QUERN))
        record->label = words.items[next];
    return true;
}

/* The SQL below the control line; *line is then at ----, or the empty line, or the end. */
static void record_read_sql(Arena *arena, Record *record, const Script *script, size_t *line,
                            const Variables *variables)
{
    Text sql = text_in(arena);
    for (; *line < script->line_count; ++*line) {
        const char *text = script->lines[*line];
        if (line_is_blank(text) || strcmp(text, "----") == 0)
            break;
        if (text[0] == '#' && script->dialect == DIALECT_DUCKDB)
            break;
        if (text[0] == '#' && script->dialect == DIALECT_SQLITE)
            continue;
        if (sql.size)
            text_add_char(&sql, '\n');
        text_add(&sql, line_substitute(arena, text, variables));
    }
    record->sql = text_string(&sql);
}

/* Error text in rs may hold empty lines: it ends at two of them. */
static void record_read_error_text(Arena *arena, Record *record, const Script *script, size_t *line)
{
    bool ends_at_two = script->dialect == DIALECT_RS || script->dialect == DIALECT_QUERN;
    Text text = text_in(arena);
    for (; *line < script->line_count; ++*line) {
        if (line_is_blank(script->lines[*line]) &&
            (!ends_at_two || *line + 1 == script->line_count || line_is_blank(script->lines[*line + 1])))
            break;
        if (text.size)
            text_add_char(&text, '\n');
        text_add(&text, script->lines[*line]);
    }
    record->error_text = text_string(&text);
}

Record *record_read(Arena *arena, const Script *script, size_t *line, const Variables *variables, SortMode sort)
{
    Record *record = arena_new(arena, Record);
    record->line = *line + 1;
    record->sort = sort;
    const char *control = line_substitute(arena, script->lines[*line], variables);
    ++*line;
    if (!record_read_control(arena, record, control, script->dialect))
        return NULL;
    record_read_sql(arena, record, script, line, variables);
    if (*line == script->line_count || strcmp(script->lines[*line], "----") != 0)
        return record;
    ++*line;
    record->has_result = true;
    if (record->expectation == EXPECT_ERROR) {
        record_read_error_text(arena, record, script, line);
        return record;
    }
    for (; *line < script->line_count && !line_is_blank(script->lines[*line]); ++*line) {
        const char *text = script->lines[*line];
        if (text[0] == '#' && script->dialect == DIALECT_SQLITE)
            continue;
        array_add(arena, &record->result, line_substitute(arena, text, variables));
    }
    return record;
}
