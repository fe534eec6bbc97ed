/* runner/pattern.h: regular expressions (PCRE2), for error messages and duckdb's <REGEX>: values. */
#ifndef QUERN_TESTS_SLT_RUNNER_PATTERN_H
#define QUERN_TESTS_SLT_RUNNER_PATTERN_H

#include <stdbool.h>

/* True when the pattern is found in the text; with `is_whole` it must cover the text, and a dot matches line ends. A
 * pattern that does not compile is looked for as plain text. */
bool pattern_matches(const char *pattern, const char *text, bool is_whole);

#endif
