/* Unit tests of base/sketch.h. */
#include "base/sketch.h"

#include <math.h>

#include "base/hash.h"
#include "test.h"

/* Values first .. first+count-1, each `times` times. */
static Sketch sketch_of(uint64_t first, uint64_t count, int times)
{
    Sketch sketch = {0};
    for (int t = 0; t < times; t++)
        for (uint64_t i = 0; i < count; i++)
            sketch_add(&sketch, hash_u64(first + i));
    return sketch;
}

/* Three times the standard error, 1.04 / sqrt(512) (Flajolet et al. 2007). */
static void estimate_is_near(const Sketch *sketch, double count)
{
    double estimate = sketch_estimate(sketch);
    ck_assert_msg(fabs(estimate - count) <= 0.14 * count, "%g for %g", estimate, count);
}

START_TEST(an_estimate_is_near_the_count_whatever_the_count)
{
    for (uint64_t count = 0; count < 3000000; count = count * 3 + 1) {
        Sketch sketch = sketch_of(count, count, 1);
        estimate_is_near(&sketch, (double)count);
    }
}
END_TEST

START_TEST(values_that_come_again_change_nothing)
{
    Sketch once = sketch_of(5, 1000, 1), often = sketch_of(5, 1000, 7);
    ck_assert_mem_eq(&once, &often, sizeof once);
}
END_TEST

START_TEST(merged_sketches_are_that_of_all_values)
{
    Sketch all = sketch_of(0, 30000, 1), merged = sketch_of(0, 20000, 1), other = sketch_of(10000, 20000, 1);
    sketch_merge(&merged, &other);
    ck_assert_mem_eq(&all, &merged, sizeof all);
}
END_TEST

TEST_PROGRAM(an_estimate_is_near_the_count_whatever_the_count, values_that_come_again_change_nothing,
             merged_sketches_are_that_of_all_values)
