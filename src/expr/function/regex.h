/* expr/function/regex.h: regular expressions by PCRE2, read as PostgreSQL does where the two differ: . takes line ends,
 * $ stands at the very end alone, \m and \y at the edges of words, \d is 0 to 9 while \w knows all of Unicode. */
#ifndef QUERN_EXPR_FUNCTION_REGEX_H
#define QUERN_EXPR_FUNCTION_REGEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"
#include "expr/function.h"

/* regex_search.c */
/* An expression, compiled in one way, and how it is to be matched. */
typedef struct RegexVariant {
    pcre2_code *code;
    pcre2_match_context *context;
    uint64_t steps; /* that the last short text has needed, if more than the first ones */
} RegexVariant;

/* The same expression for texts of one kind. */
typedef struct RegexForm {
    StringView pattern; /* as PCRE2 reads it */
    uint32_t options;
    RegexVariant plain;    /* a search by it has few steps */
    RegexVariant *limited; /* the same, and it can be told up to where a match may begin; NULL: not needed yet */
    RegexVariant *watched; /* may be interrupted at each step; NULL: not needed yet */
} RegexForm;

typedef struct Regex {
    RegexForm *form;    /* which the text in hand needs, one of these: */
    RegexForm ascii;    /* \w and its kin know ASCII alone, which is much faster */
    RegexForm *unicode; /* NULL: not needed yet */
    pcre2_match_data *match;
    struct RegexStack *stack; /* of them all; NULL: not needed yet */
    size_t group_count;       /* parenthesized parts, the whole not counted */
    Arena *arena;
    StringView pattern;
    bool has_kinds; /* asks of a character what it is: texts that are not ASCII need `unicode` */
    bool can_split; /* can be searched for in pieces */
} Regex;

/* Owned by the arena. `options` are more of PCRE2's. NULL fills *ret_error. */
Regex *regex_compile(Arena *arena, StringView pattern, uint32_t options, Error *ret_error);
/* Flags as letters: i without case, c with it, n (or m) line ends matter, s they do not, x blanks in the pattern are
 * passed over, q (or l) the pattern is plain text; g is given back, where it is allowed. False: the row has failed. */
bool regex_flags_parse(KernelCall *call, size_t row, StringView flags, uint32_t *ret_options, bool *ret_global);
/* To be called before a text is searched for the first time. */
void regex_begin(Regex *regex, StringView text);
/* Looks for a match from the byte `start` on: positive when there is one, 0 when not; too complex a search fails the
 * row and finds nothing. Can be interrupted. */
int regex_search(Regex *regex, StringView text, size_t start, KernelCall *call, size_t row);
/* A part of the last match, 0 the whole; data NULL where that part took no part. */
StringView regex_group(const Regex *regex, StringView text, size_t group);

/* regex_pattern.c: adds the pattern as PCRE2 is to read it with these options. */
void regex_translate(Text *regex, StringView pattern, uint32_t options);

/* pattern.c: SIMILAR TO's language as a regular expression; `any` is what % means. */
void similar_add(Text *regex, StringView pattern, StringView escape, const char *any);

/* regex.c, for entries that stand in other families. */
void kernel_substring_regex(KernelCall *call);
void kernel_substring_similar(KernelCall *call);
void *regex_call_prepare(Arena *arena, const Expr *call);

#endif
