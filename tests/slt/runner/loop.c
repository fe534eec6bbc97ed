/* runner/loop.c: duckdb's loop and foreach, and conditions over their variables. */
#include "loop.h"

#include <stdlib.h>

/* A loop that long is a mistake in the file. */
#define TURNS_MAX 1000000

static const struct {
    const char *name;
    const char *values[20]; /* ended by NULL */
} lists[] = {
    {"<signed>", {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", NULL}},
    {"<unsigned>", {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", NULL}},
    {"<integral>", {"<signed>", "<unsigned>", NULL}},
    {"<numeric>", {"<integral>", "FLOAT", "DOUBLE", NULL}},
    {"<alltypes>", {"<numeric>", "BOOL", "INTERVAL", "VARCHAR", NULL}},
};

/* Adds a word, a list's words in its place; "!word" removes it from those before. Lists refer only to those above. */
static void values_add(Arena *arena, Words *values, const char *word)
{
    if (word[0] == '!') {
        size_t kept = 0;
        for (size_t i = 0; i < values->count; i++)
            if (!text_equal_ignoring_case(values->items[i], word + 1))
                values->items[kept++] = values->items[i];
        values->count = kept;
        return;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (text_equal_ignoring_case(word, lists[i].name)) {
            for (size_t j = 0; lists[i].values[j]; j++)
                values_add(arena, values, lists[i].values[j]);
            return;
        }
    array_add(arena, values, word);
}

static Words commas_split(Arena *arena, const char *word)
{
    Words parts = {0};
    for (;;) {
        size_t size = strcspn(word, ",");
        array_add(arena, &parts, arena_string_n(arena, word, size));
        if (word[size] == '\0')
            return parts;
        word += size + 1;
    }
}

bool loop_parse(Arena *arena, const Words *words, Loop *ret_loop)
{
    *ret_loop = (Loop){0};
    if (words->count < 3)
        return false;
    ret_loop->names = commas_split(arena, words->items[1]);
    if (strcmp(words->items[0], "loop") == 0) {
        if (words->count < 4)
            return false;
        ret_loop->first = strtoll(words->items[2], NULL, 10);
        int64_t end = strtoll(words->items[3], NULL, 10);
        if (end < ret_loop->first || end - ret_loop->first > TURNS_MAX)
            return false;
        ret_loop->turn_count = (size_t)(end - ret_loop->first);
        return true;
    }
    size_t name_count = ret_loop->names.count;
    for (size_t i = 2; i < words->count; i++) {
        if (name_count == 1) {
            values_add(arena, &ret_loop->values, words->items[i]);
            continue;
        }
        Words parts = commas_split(arena, words->items[i]);
        if (parts.count != name_count)
            return false;
        for (size_t j = 0; j < name_count; j++)
            array_add(arena, &ret_loop->values, parts.items[j]);
    }
    ret_loop->turn_count = ret_loop->values.count / name_count;
    return true;
}

const char *loop_value(Arena *arena, const Loop *loop, size_t turn, size_t name_index)
{
    if (loop->values.count)
        return loop->values.items[turn * loop->names.count + name_index];
    return arena_format(arena, "%lld", (long long)loop->first + (long long)turn);
}

size_t loop_end(Arena *arena, const Script *script, size_t line)
{
    for (size_t depth = 1; line < script->line_count; line++) {
        Words words = words_split(arena, script->lines[line]);
        const char *word = words.count ? words.items[0] : "";
        /* A loop's line has operands; a line of SQL or of a result that begins so is not to be expected. */
        if (strcmp(word, "endloop") == 0)
            depth--;
        else if (words.count > 2 &&
                 (strcmp(word, "loop") == 0 || strcmp(word, "foreach") == 0 || strncmp(word, "concurrent", 10) == 0))
            depth++;
        if (depth == 0)
            return line;
    }
    return line;
}

bool loop_condition_holds(const Variables *variables, const char *condition, bool *ret_holds)
{
    size_t name_size = strcspn(condition, "=!<>");
    if (condition[name_size] == '\0')
        return false;
    const char *comparison = condition + name_size;
    const char *operand = comparison + strspn(comparison, "=!<>");
    for (size_t i = variables->count; i-- > 0;) {
        const Variable *variable = &variables->items[i];
        if (strlen(variable->name) != name_size || strncmp(variable->name, condition, name_size) != 0)
            continue;
        char *end;
        long long value = strtoll(variable->value, &end, 10), bound = strtoll(operand, NULL, 10);
        int order = *end ? strcmp(variable->value, operand) : (value > bound) - (value < bound);
        bool with_equal = comparison[1] == '=';
        switch (comparison[0]) {
        case '=':
            *ret_holds = order == 0;
            break;
        case '!':
            *ret_holds = order != 0;
            break;
        case '<':
            *ret_holds = order < 0 || (with_equal && order == 0) || (comparison[1] == '>' && order != 0);
            break;
        default:
            *ret_holds = order > 0 || (with_equal && order == 0);
        }
        return true;
    }
    return false;
}
