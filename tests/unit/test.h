/* tests/unit/test.h: what every unit test program needs: Check, an arena per test, and a main.
 *
 *     #include "test.h"
 *     START_TEST(limit_returns_its_window) { ... } END_TEST
 *     TEST_PROGRAM(limit_returns_its_window, ...)
 *
 * `test_arena` is made before each test and freed after it. EXPECT_ERROR(code, statement…) asserts that a call raises.
 */
#ifndef QUERN_TESTS_UNIT_TEST_H
#define QUERN_TESTS_UNIT_TEST_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"

static Arena *test_arena;

static void test_setup(void)
{
    test_arena = arena_new_child(NULL);
}

static void test_teardown(void)
{
    arena_free(test_arena);
}

/* Asserts that body(argument) raises with `code`; returns the error for more questions. */
static inline Error expect_error(ErrorCode code, void (*body)(void *), void *argument)
{
    Error error = {0};
    ck_assert_msg(!error_protect(body, argument, &error), "no error was raised");
    ck_assert_msg(error.code == code, "expected SQLSTATE %s, got %s: %s", error_sqlstate(code),
                  error_sqlstate(error.code), error.message);
    return error;
}

static inline int test_main(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, test_setup, test_teardown);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", run - failed, failed);
    return failed != 0;
}

#define TEST_PROGRAM(...)                                                                                              \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        const TTest *const tests[] = {__VA_ARGS__};                                                                    \
        return test_main(__FILE__, tests, sizeof tests / sizeof *tests);                                               \
    }

#endif
