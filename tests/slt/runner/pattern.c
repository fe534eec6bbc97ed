/* runner/pattern.c: regular expressions (PCRE2), for error messages and duckdb's <REGEX>: values. */
#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

bool pattern_matches(const char *pattern, const char *text, bool is_whole)
{
    int error;
    PCRE2_SIZE offset;
    uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (is_whole ? PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, NULL);
    if (code == NULL)
        return is_whole ? strcmp(text, pattern) == 0 : strstr(text, pattern) != NULL;
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    int count = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, match, NULL);
    pcre2_match_data_free(match);
    pcre2_code_free(code);
    return count > 0;
}
