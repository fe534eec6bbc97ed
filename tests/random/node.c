/* tests/random/node.c: trees of templates, and writing them out. */
#include "node.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static size_t place_count(const char *template)
{
    size_t count = 0;
    for (; *template != '\0'; template ++)
        if (*template == '@' && isdigit((unsigned char)template[1]))
            count = (size_t)(template[1] - '0') >= count ? (size_t)(template[1] - '0') + 1 : count;
        else
            count += *template == '@';
    return count;
}

Node *node_new(Arena *arena, Kind kind, const char *templates, ...)
{
    Node *node = arena_new(arena, Node);
    const char *bar = strstr(templates, "|||");
    node->kind = kind;
    node->templates[QUERN] = bar ? arena_string_n(arena, templates, (size_t)(bar - templates)) : templates;
    node->templates[SQLITE] = bar == NULL ? templates : bar[3] != '\0' ? bar + 3 : NULL;
    node->child_count = place_count(node->templates[QUERN]);
    node->children = arena_array(arena, Node *, NODE_CHILD_LIMIT);
    va_list children;
    va_start(children, templates);
    for (size_t i = 0; i < node->child_count; i++)
        node->children[i] = va_arg(children, Node *);
    va_end(children);
    return node;
}

Node *node_list(Arena *arena, const char *separator)
{
    Node *node = arena_new(arena, Node);
    node->kind = KIND_LIST;
    node->templates[QUERN] = node->templates[SQLITE] = separator;
    return node;
}

void node_list_add(Arena *arena, Node *list, Node *child)
{
    if (list->child_count == list->child_capacity) {
        Node **old = list->children;
        list->child_capacity = 2 * list->child_capacity + 4;
        list->children = arena_array(arena, Node *, list->child_capacity);
        if (list->child_count > 0)
            memcpy(list->children, old, list->child_count * sizeof *old);
    }
    list->children[list->child_count++] = child;
}

static void order_write(const Node *node, Text *text)
{
    text_add(text, " ORDER BY ");
    for (size_t i = 0; i < node->children[0]->child_count; i++) {
        unsigned bits = node->order_bits >> 2 * (i % 16);
        text_add_format(text, "%s%zu%s%s", i > 0 ? ", " : "", i + 1, bits & 1 ? " DESC" : "",
                        bits & 2 ? " NULLS FIRST" : " NULLS LAST");
    }
}

static bool list_write(const Node *node, Dialect dialect, Text *text)
{
    for (size_t i = 0; i < node->child_count; i++) {
        if (i > 0)
            text_add(text, node->templates[dialect]);
        if (!node_write(node->children[i], dialect, text))
            return false;
    }
    return true;
}

bool node_write(const Node *node, Dialect dialect, Text *text)
{
    const char *template = node->templates[dialect];
    size_t child_index = 0;
    if (node->kind == KIND_ORDER)
        order_write(node, text);
    if (template == NULL)
        return false;
    if (node->kind == KIND_LIST)
        return list_write(node, dialect, text);
    for (; *template != '\0'; template ++) {
        if (*template != '@') {
            text_add_char(text, *template);
            continue;
        }
        size_t place = isdigit((unsigned char)template[1]) ? (size_t)(*++template - '0') : child_index++;
        if (!node_write(node->children[place], dialect, text))
            return false;
    }
    return true;
}

size_t node_count(const Node *node)
{
    size_t count = 1;
    for (size_t i = 0; i < node->child_count; i++)
        count += node_count(node->children[i]);
    return count;
}
