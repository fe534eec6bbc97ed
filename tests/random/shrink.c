/* tests/random/shrink.c: tries to put something smaller in the place of each node, and to leave rows out, until nothing
 * smaller fails (Regehr et al., "Test-case reduction for C compiler bugs", 2012, in small). */
#include "shrink.h"

#include <string.h>
#include <time.h>

enum { TRIAL_LIMIT = 3000, SECONDS_LIMIT = 60, CANDIDATE_LIMIT = 64 };

typedef struct Shrinker {
    Contest *contest;
    Tables *tables;
    Node *query;
    Arena *arena;
    Verdict verdict;
    char error[256]; /* of a REFUSED one: other errors may be right */
    size_t trials_left;
    time_t deadline;
} Shrinker;

static bool shrinker_fails(Shrinker *self)
{
    if (self->trials_left == 0 || time(NULL) > self->deadline)
        return false;
    self->trials_left--;
    return contest_run(self->contest, self->query) == self->verdict &&
           (self->verdict != REFUSED || strcmp(self->contest->error, self->error) == 0);
}

/* Nodes below `node` of the same kind. */
static size_t candidates_collect(Node *node, Kind kind, Node **candidates, size_t count)
{
    for (size_t i = 0; i < node->child_count && count < CANDIDATE_LIMIT; i++) {
        if (node->children[i]->kind == kind)
            candidates[count++] = node->children[i];
        count = candidates_collect(node->children[i], kind, candidates, count);
    }
    return count;
}

/* `node` becomes a copy of `candidate` if the query still fails then. */
static bool node_replace(Shrinker *self, Node *node, const Node *candidate)
{
    Node old = *node;
    *node = *candidate;
    if (shrinker_fails(self))
        return true;
    *node = old;
    return false;
}

static bool list_shrink(Shrinker *self, Node *list)
{
    bool has_shrunk = false;
    for (size_t i = list->child_count; i-- > 0 && list->child_count > 1;) {
        Node *child = list->children[i];
        memmove(list->children + i, list->children + i + 1, (list->child_count - i - 1) * sizeof child);
        list->child_count--;
        if (shrinker_fails(self)) {
            has_shrunk = true;
            continue;
        }
        memmove(list->children + i + 1, list->children + i, (list->child_count - i) * sizeof child);
        list->children[i] = child;
        list->child_count++;
    }
    return has_shrunk;
}

static bool value_shrink(Shrinker *self, Node *node)
{
    static const char *const literals[][2] = {
#define LITERALS(name, quern_type, sqlite_type, small, other) {small, other},
        VALUE_KINDS(LITERALS)
#undef LITERALS
    };
    if (node->child_count == 0)
        return false;
    for (size_t i = 0; i < 2; i++) {
        const char *literal = literals[node->kind][i];
        if (node->kind == KIND_DATE)
            literal = arena_format(self->arena, "%s|||%s", literal, literal + strlen("DATE "));
        if (node_replace(self, node, node_new(self->arena, node->kind, literal)))
            return true;
    }
    return false;
}

static bool node_shrink(Shrinker *self, Node *node)
{
    Node *candidates[CANDIDATE_LIMIT];
    bool has_shrunk = false;
    if (node->kind == KIND_CLAUSE && node->templates[QUERN][0] != '\0')
        has_shrunk = node_replace(self, node, node_new(self->arena, KIND_CLAUSE, ""));
    if (node->kind < VALUE_KIND_COUNT)
        has_shrunk = value_shrink(self, node);
    if (node->kind < VALUE_KIND_COUNT || node->kind == KIND_QUERY || node->kind == KIND_RELATION) {
        size_t count = candidates_collect(node, node->kind, candidates, 0);
        for (size_t i = 0; i < count && !has_shrunk; i++)
            has_shrunk = node_replace(self, node, candidates[i]);
    }
    if (node->kind == KIND_LIST)
        has_shrunk = list_shrink(self, node);
    for (size_t i = 0; i < node->child_count; i++)
        has_shrunk |= node_shrink(self, node->children[i]);
    return has_shrunk;
}

static bool rows_shrink(Shrinker *self, Table *table)
{
    bool has_shrunk = false;
    for (size_t piece = table->row_count; piece > 0; piece /= 2)
        for (size_t start = 0; start + piece <= table->row_count;) {
            Row *old_rows = table->rows;
            size_t old_count = table->row_count;
            Row *rows = arena_array(self->arena, Row, old_count);
            memcpy(rows, old_rows, start * sizeof *rows);
            memcpy(rows + start, old_rows + start + piece, (old_count - start - piece) * sizeof *rows);
            table->rows = rows;
            table->row_count = old_count - piece;
            contest_load(self->contest, self->tables);
            if (shrinker_fails(self)) {
                has_shrunk = true;
                continue;
            }
            table->rows = old_rows;
            table->row_count = old_count;
            start += piece;
        }
    return has_shrunk;
}

static bool storage_shrink(Shrinker *self, Table *table)
{
    Storage old = table->storage;
    if (old == STORAGE_MEMORY)
        return false;
    table->storage = STORAGE_MEMORY;
    contest_load(self->contest, self->tables);
    if (shrinker_fails(self))
        return true;
    table->storage = old;
    return false;
}

void shrink(Contest *contest, Tables *tables, Node *query, Arena *arena, Verdict verdict)
{
    Shrinker self = {.contest = contest,
                     .tables = tables,
                     .query = query,
                     .arena = arena,
                     .verdict = verdict,
                     .trials_left = TRIAL_LIMIT,
                     .deadline = time(NULL) + SECONDS_LIMIT};
    memcpy(self.error, contest->error, sizeof self.error);
    bool has_shrunk = true;
    while (has_shrunk && self.trials_left > 0) {
        has_shrunk = node_shrink(&self, query);
        for (size_t i = 0; i < tables->count; i++) {
            has_shrunk |= storage_shrink(&self, &tables->tables[i]);
            has_shrunk |= rows_shrink(&self, &tables->tables[i]);
        }
        contest_load(contest, tables);
    }
    contest_run(contest, query);
}
