/* base/progress.c: how far a statement is. */
#include "base/progress.h"

#include <stddef.h>

void progress_reset(Progress *progress)
{
    atomic_store(&progress->done, 0);
    atomic_store(&progress->total, 0);
}

void progress_expect(Progress *progress, uint64_t size)
{
    if (progress)
        atomic_fetch_add_explicit(&progress->total, size, memory_order_relaxed);
}

void progress_add(Progress *progress, uint64_t size)
{
    if (progress)
        atomic_fetch_add_explicit(&progress->done, size, memory_order_relaxed);
}

void progress_part_begin(ProgressPart *part, Progress *whole, uint64_t total, uint64_t row_size)
{
    part->whole = whole;
    part->total = total;
    part->row_size = row_size;
    progress_expect(whole, total);
}

void progress_part_add(ProgressPart *part, uint64_t size)
{
    if (part == NULL || size == 0) /* threads share the counts: what is nothing does not touch them */
        return;
    uint64_t before = atomic_fetch_add_explicit(&part->done, size, memory_order_relaxed);
    uint64_t left = before < part->total ? part->total - before : 0;
    progress_add(part->whole, size < left ? size : left);
}

void progress_part_enter(ProgressPart *part)
{
    if (part)
        atomic_fetch_add_explicit(&part->users, 1, memory_order_relaxed);
}

void progress_part_leave(ProgressPart *part)
{
    if (part && atomic_fetch_sub_explicit(&part->users, 1, memory_order_relaxed) == 1)
        progress_part_add(part, part->total);
}
