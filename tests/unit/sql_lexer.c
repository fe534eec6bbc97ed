/* The lexer finds tokens and the ends of statements in any bytes. */
#include "test.h"

#include "base/context.h"
#include "sql/lexer.h"

static Token first_token(const char *text)
{
    Lexer *lexer = arena_new(test_arena, Lexer);
    lexer->arena = test_arena;
    lexer->text = view_of(arena_string(test_arena, text));
    return lexer_next(lexer);
}

static void expect_token(const char *text, TokenKind kind, const char *value)
{
    Token token = first_token(text);
    ck_assert_msg(token.kind == kind, "%s: got a %s", text, token_kind_name(token.kind));
    ck_assert_msg(view_equal(token.text, view_of(value)), "%s: got \"%.*s\"", text, VIEW_ARGUMENTS(token.text));
}

static void lex(void *text)
{
    first_token(text);
}

START_TEST(keywords_are_in_alphabetic_order_and_found_in_any_case)
{
    for (Keyword keyword = KEYWORD_NONE + 1; keyword < KEYWORD_COUNT; keyword++) {
        const char *spelling = keyword_spelling(keyword);
        if (keyword > KEYWORD_NONE + 1)
            ck_assert_int_lt(strcmp(keyword_spelling(keyword - 1), spelling), 0);
        ck_assert_int_eq(keyword_find(view_of(spelling)), keyword);
    }
    ck_assert_int_eq(keyword_find(view_of("sElEcT")), KEYWORD_SELECT);
    ck_assert_int_eq(keyword_find(view_of("selects")), KEYWORD_NONE);
    ck_assert_int_eq(keyword_find(view_of("selec")), KEYWORD_NONE);
    ck_assert_int_eq(keyword_find((StringView){"\0", 1}), KEYWORD_NONE);
}
END_TEST

START_TEST(numbers_are_decimal_text)
{
    expect_token("42", TOKEN_INTEGER, "42");
    expect_token("1_000_000", TOKEN_INTEGER, "1000000");
    expect_token("123456789012345678901234567890123456789012345", TOKEN_INTEGER,
                 "123456789012345678901234567890123456789012345");
    expect_token("0xFF", TOKEN_INTEGER, "255");
    expect_token("0o17", TOKEN_INTEGER, "15");
    expect_token("0b1_01", TOKEN_INTEGER, "5");
    expect_token("0xffffffffffffffffffffffffffffffff", TOKEN_INTEGER, "340282366920938463463374607431768211455");
    expect_token("1.50", TOKEN_DECIMAL, "1.50");
    expect_token(".5", TOKEN_DECIMAL, ".5");
    expect_token("5.", TOKEN_DECIMAL, "5.");
    expect_token("1e10", TOKEN_FLOAT, "1e10");
    expect_token("1.5E-3", TOKEN_FLOAT, "1.5E-3");
}
END_TEST

START_TEST(what_only_begins_like_a_number_is_an_error)
{
    const char *wrong[] = {"1a", "0x", "0xg", "1e", "1_", "1__0", "0b12", "12abc"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_error(ERROR_SYNTAX, lex, (void *)wrong[i]);
    expect_error(ERROR_OUT_OF_RANGE, lex, "0x100000000000000000000000000000000");
}
END_TEST

START_TEST(strings_lose_their_quotes_and_escapes)
{
    expect_token("'it''s'", TOKEN_STRING, "it's");
    expect_token("''", TOKEN_STRING, "");
    expect_token("'a' \n 'b'\n'c'", TOKEN_STRING, "abc");
    expect_token("'a' 'b'", TOKEN_STRING, "a"); /* on one line they are two */
    expect_token("'a\\n'", TOKEN_STRING, "a\\n");
    expect_token("E'a\\n\\t\\'\\\\\\x41\\101\\u00e9\\U0001F600'", TOKEN_STRING, "a\n\t'\\AA\xC3\xA9\xF0\x9F\x98\x80");
    expect_token("e'\\uD83D\\uDE00'", TOKEN_STRING, "\xF0\x9F\x98\x80");
    expect_token("U&'d\\0061t\\+000061'", TOKEN_STRING, "data");
    expect_token("U&'d!0061t!!' UESCAPE '!'", TOKEN_STRING, "dat!");
    expect_token("$$it's$$", TOKEN_STRING, "it's");
    expect_token("$a$x $$ y$a$", TOKEN_STRING, "x $$ y");
    expect_token("x'4A4b'", TOKEN_BLOB, "JK");
    expect_token("N'x'", TOKEN_STRING, "x");
}
END_TEST

START_TEST(broken_strings_are_errors)
{
    const char *wrong[] = {"'abc",        "E'abc\\'",           "\"abc",   "$$abc",    "$a$ $$",     "x'4'",
                           "x'4g'",       "E'\\u12'",           "U&'\\1'", "/* /* */", "E'\\uD83D'", "E'\\uDE00'",
                           "E'\\uD83Dx'", "U&'a' UESCAPE 'ab'", "\"\"",    "E'\\0'",   "U&'\\0000'"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_error(ERROR_SYNTAX, lex, (void *)wrong[i]);
    expect_error(ERROR_INVALID_ENCODING, lex, "E'\\xff'");
}
END_TEST

START_TEST(names_fold_unless_quoted)
{
    expect_token("FooBar", TOKEN_WORD, "foobar");
    expect_token("_a$1", TOKEN_WORD, "_a$1");
    expect_token("\xC3\x89t\xC3\xA9", TOKEN_WORD, "\xC3\x89t\xC3\xA9"); /* only ASCII folds */
    expect_token("\"Foo \"\"Bar\"", TOKEN_QUOTED, "Foo \"Bar");
    expect_token("`Foo`", TOKEN_QUOTED, "Foo");
    expect_token("U&\"\\0041b\"", TOKEN_QUOTED, "Ab");
    ck_assert_int_eq(first_token("SELECT").keyword, KEYWORD_SELECT);
    ck_assert_int_eq(first_token("\"select\"").keyword, KEYWORD_NONE);
}
END_TEST

START_TEST(symbols_are_as_long_as_can_be)
{
    ck_assert_int_eq(first_token("->>").kind, TOKEN_JSON_GET_TEXT);
    ck_assert_int_eq(first_token("->1").kind, TOKEN_JSON_GET);
    ck_assert_int_eq(first_token("!~*").kind, TOKEN_REGEX_NOT_MATCH_NO_CASE);
    ck_assert_int_eq(first_token("<=1").kind, TOKEN_LESS_EQUAL);
    ck_assert_int_eq(first_token("<-1").kind, TOKEN_LESS);
    ck_assert_int_eq(first_token("::").kind, TOKEN_CAST);
    ck_assert_int_eq(first_token(":a").kind, TOKEN_COLON);
    ck_assert_int_eq(first_token("$1").kind, TOKEN_PARAMETER);
    ck_assert_int_eq(first_token("?").kind, TOKEN_PARAMETER);
    expect_error(ERROR_SYNTAX, lex, "\x01");
    expect_error(ERROR_SYNTAX, lex, "\\");
}
END_TEST

START_TEST(blanks_and_comments_are_no_tokens)
{
    expect_token("  -- line\n /* a /* nested */ */ x", TOKEN_WORD, "x");
    expect_token("\xEF\xBB\xBFx", TOKEN_WORD, "x"); /* a byte order mark */
    ck_assert_int_eq(first_token(" -- nothing").kind, TOKEN_END);
    ck_assert_uint_eq(first_token("  /**/ x").position, 7);
}
END_TEST

START_TEST(a_statement_ends_at_its_own_semicolon)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"select 1; select 2;", 9},
        {"select ';'; x", 11},
        {"select 'it''s;'; x", 16},
        {"select \";\"; x", 11},
        {"select `;`; x", 11},
        {"select E'\\';'; x", 14},
        {"select 'a\\'; x", 12},
        {"select $$;$$; x", 13},
        {"select $q$;$$;$q$; x", 18},
        {"select $1; x", 10},
        {"select a$b;$; x", 11},
        {"-- ;\nselect 1; x", 14},
        {"/* ; /* ; */ ; */ select 1; x", 27},
        {"; select 1;", 1},
        {"  ;", 3},
        {"select 1", 0},
        {"select 'a;", 0},
        {"select /* ;", 0},
        {"select $$ ;", 0},
        {"select \" ;", 0},
        {"select 1 -- ;", 0},
        {"", 0},
        {"select @ \x01 \xff; x", 13},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(lexer_statement_size(view_of(cases[i].text)) == cases[i].size, "%s", cases[i].text);
}
END_TEST

START_TEST(only_copy_from_stdin_has_rows_behind_it)
{
    static const struct {
        const char *text;
        bool is_copy;
    } cases[] = {
        {"copy t from stdin;", true},
        {"; /* x */ COPY public.\"T\" (a, \"from\") FROM -- x\n STDIN WITH (FORMAT csv);", true},
        {"copy nonsense 'from' from stdin", true},
        {"copy t from 'stdin';", false},
        {"copy t from \"stdin\";", false},
        {"copy t to stdout;", false},
        {"copy (select a from stdin) to 'x';", false},
        {"copy t to 'x'; copy t from stdin;", false},
        {"select 1 from stdin;", false},
        {"copy", false},
        {"copy t from /* stdin;", false},
        {"copy t from 'stdin", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(lexer_is_copy_from_stdin(view_of(cases[i].text)) == cases[i].is_copy, "%s", cases[i].text);
}
END_TEST

static _Atomic bool is_cancelled;

static void lex_entered(void *lexer)
{
    static const Context context = {.cancel = &is_cancelled};
    context_enter(&context);
    lexer_next(lexer);
}

START_TEST(a_token_of_a_million_bytes_can_be_interrupted)
{
    enum { FILLERS = 1000000 };
    static const struct {
        const char *before;
        char filler;
        const char *after;
    } cases[] = {
        {"", '1', ""},     {"0.", '1', ""},       {"1e", '1', ""},     {"0x", '0', "1"},  {"1_0", '1', ""},
        {"a", 'b', ""},    {"A", 'B', ""},        {"$", 'b', ""},      {"$", 'b', "$ $"}, {"'", 'x', "'"},
        {"'''", 'x', "'"}, {"E'\\n", 'x', "'"},   {"U&'", 'x', "'"},   {"X'", '0', "'"},  {"\"", 'x', "\""},
        {"'a'", ' ', "1"}, {"'a'\n", ' ', "'b'"}, {"/*", 'x', "*/ 1"}, {"", ' ', "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t before = strlen(cases[i].before);
        char *text = arena_allocate(test_arena, before + FILLERS + strlen(cases[i].after) + 1);
        strcpy(text, cases[i].before);
        memset(text + before, cases[i].filler, FILLERS);
        strcpy(text + before + FILLERS, cases[i].after);
        Lexer lexer = {.arena = test_arena, .text = view_of(text)};
        Error error;
        atomic_store(&is_cancelled, true);
        ck_assert_msg(!error_protect(lex_entered, &lexer, &error) && error.code == ERROR_INTERRUPTED, "%s%c...%s",
                      cases[i].before, cases[i].filler, cases[i].after);
        atomic_store(&is_cancelled, false);
        bool is_token = error_protect(lex_entered, &lexer, &error);
        ck_assert(is_token || error.code == ERROR_SYNTAX);
    }
}
END_TEST

TEST_PROGRAM(only_copy_from_stdin_has_rows_behind_it, keywords_are_in_alphabetic_order_and_found_in_any_case,
             numbers_are_decimal_text, what_only_begins_like_a_number_is_an_error,
             strings_lose_their_quotes_and_escapes, broken_strings_are_errors, names_fold_unless_quoted,
             symbols_are_as_long_as_can_be, blanks_and_comments_are_no_tokens, a_statement_ends_at_its_own_semicolon,
             a_token_of_a_million_bytes_can_be_interrupted)
