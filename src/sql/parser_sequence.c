/* sql/parser_sequence.c: CREATE SEQUENCE and ALTER SEQUENCE, and their options, which identity columns have too. */
#include "base/text.h"
#include "sql/parser_internal.h"

/* [-]digits, as they are written. */
static StringView parser_signed_number(Parser *parser)
{
    bool is_negative = parser_accept(parser, TOKEN_MINUS);
    if (!is_negative)
        parser_accept(parser, TOKEN_PLUS);
    if (!parser_at(parser, TOKEN_INTEGER))
        parser_raise(parser, "a whole number");
    StringView digits = parser_advance(parser).text;
    if (!is_negative)
        return digits;
    Text number = text_in(parser->arena);
    text_add_char(&number, '-');
    text_add_view(&number, digits);
    return text_view(&number);
}

/* What stands behind the word that an option begins with. */
static void parser_sequence_value(Parser *parser, AstSequenceOption *option, const char *filler)
{
    if (filler)
        parser_accept_word(parser, filler);
    bool is_optional = option->kind == AST_SEQUENCE_RESTART;
    if (!is_optional || parser_at(parser, TOKEN_INTEGER) || parser_at(parser, TOKEN_MINUS))
        option->number = parser_signed_number(parser);
}

/* CACHE n, OWNED BY column or NONE, SEQUENCE NAME s */
static bool parser_accept_other_option(Parser *parser, AstSequence *sequence, bool is_identity)
{
    if (parser_accept_word(parser, "cache")) {
        (void)parser_signed_number(parser);
    } else if (is_identity && parser_accept_word(parser, "sequence")) {
        parser_expect_keyword(parser, KEYWORD_NAME);
        sequence->name = parser_object_name(parser, "a sequence's name");
    } else if (!is_identity && parser_accept_word(parser, "owned")) {
        parser_expect_keyword(parser, KEYWORD_BY);
        sequence->owner = parser_object_name(parser, "a column's name");
    } else {
        return false;
    }
    return true;
}

static bool parser_accept_sequence_option(Parser *parser, AstSequenceOption *option, bool is_alter)
{
    static const struct {
        const char *word, *filler;
        AstSequenceOptionKind kind;
    } words[] = {{"increment", "by", AST_SEQUENCE_INCREMENT}, {"minvalue", NULL, AST_SEQUENCE_MINVALUE},
                 {"maxvalue", NULL, AST_SEQUENCE_MAXVALUE},   {"start", "with", AST_SEQUENCE_START},
                 {"restart", "with", AST_SEQUENCE_RESTART},   {"cycle", NULL, AST_SEQUENCE_CYCLE}};
    *option = (AstSequenceOption){.position = parser_position(parser)};
    if (parser_accept_keyword(parser, KEYWORD_AS)) {
        option->kind = AST_SEQUENCE_AS;
        option->type = parser_type(parser);
        return true;
    }
    option->is_no = parser_accept_keyword(parser, KEYWORD_NO);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        option->kind = words[i].kind;
        bool takes_no = option->kind == AST_SEQUENCE_MINVALUE || option->kind == AST_SEQUENCE_MAXVALUE ||
                        option->kind == AST_SEQUENCE_CYCLE;
        if ((option->is_no && !takes_no) || (!is_alter && option->kind == AST_SEQUENCE_RESTART) ||
            !parser_accept_word(parser, words[i].word))
            continue;
        if (!option->is_no && option->kind != AST_SEQUENCE_CYCLE)
            parser_sequence_value(parser, option, words[i].filler);
        return true;
    }
    if (option->is_no)
        parser_raise(parser, NULL);
    return false;
}

static void parser_sequence_options(Parser *parser, AstSequence *sequence, bool is_alter, bool is_identity)
{
    for (AstSequenceOption option;;)
        if (parser_accept_sequence_option(parser, &option, is_alter))
            array_add(parser->arena, &sequence->options, option);
        else if (!parser_accept_other_option(parser, sequence, is_identity))
            break;
}

void parser_create_sequence(Parser *parser, AstStatement *statement, CreateHead head)
{
    AstSequence *create = arena_new(parser->arena, AstSequence);
    statement->kind = AST_STATEMENT_CREATE_SEQUENCE;
    statement->create_sequence = create;
    create->is_or_replace = head.is_or_replace;
    create->is_temporary = head.is_temporary;
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    create->name = parser_object_name(parser, "a sequence's name");
    parser_sequence_options(parser, create, /* is_alter= */ false, /* is_identity= */ false);
}

void parser_alter_sequence(Parser *parser, AstStatement *statement)
{
    AstSequence *alter = arena_new(parser->arena, AstSequence);
    statement->kind = AST_STATEMENT_ALTER_SEQUENCE;
    statement->alter_sequence = alter;
    alter->is_if_exists = parser_accept_if_exists(parser);
    alter->name = parser_object_name(parser, "a sequence's name");
    if (parser_accept_keywords(parser, KEYWORD_RENAME, KEYWORD_TO))
        alter->new_name = parser_name(parser, "a sequence's name");
    else if (parser_accept_word(parser, "owner")) /* there are none */
        parser_expect_keyword(parser, KEYWORD_TO), (void)parser_label(parser, "a role's name");
    else
        parser_sequence_options(parser, alter, /* is_alter= */ true, /* is_identity= */ false);
}

void parser_identity(Parser *parser, AstConstraint *constraint)
{
    constraint->kind = AST_CONSTRAINT_IDENTITY;
    constraint->sequence = arena_new(parser->arena, AstSequence);
    if (!parser_accept(parser, TOKEN_LEFT_PAREN))
        return;
    parser_sequence_options(parser, constraint->sequence, /* is_alter= */ false, /* is_identity= */ true);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
}
