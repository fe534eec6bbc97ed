/* expr/function/quote.h: text as literals and names of SQL. */
#ifndef QUERN_EXPR_FUNCTION_QUOTE_H
#define QUERN_EXPR_FUNCTION_QUOTE_H

#include "base/text.h"

/* `quote` around the text, and doubled inside. */
void quote_add(Text *text, StringView view, char quote);
/* 'it''s', E'a\\b' */
void quote_add_literal(Text *text, StringView view);
/* plain, "Two words" */
void quote_add_name(Text *text, StringView name);

#endif
