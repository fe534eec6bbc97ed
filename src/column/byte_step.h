/* column/byte_step.h: bytes in and out of one call of a library that packs, unpacks or converts them. */
#ifndef QUERN_COLUMN_BYTE_STEP_H
#define QUERN_COLUMN_BYTE_STEP_H

#include <stdbool.h>
#include <stddef.h>

/* Both ends move on. */
typedef struct ByteStep {
    const char *input;
    size_t input_size;
    char *output;
    size_t output_size;
    bool is_end; /* no input comes after this */
} ByteStep;

/* A call has taken and made so many bytes. */
static inline void byte_step_move(ByteStep *step, size_t taken, size_t made)
{
    step->input += taken;
    step->input_size -= taken;
    step->output += made;
    step->output_size -= made;
}

#endif
