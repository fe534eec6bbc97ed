/* expr/sequence.c: what a sequence gives. */
#include "expr/sequence.h"

void sequence_init(Sequence *sequence, const char *name, const SequenceDefinition *definition, LastValue *last)
{
    *sequence = (Sequence){.name = name, .definition = *definition, .value = definition->start, .last = last};
    pthread_mutex_init(&sequence->mutex, NULL);
}

/* False: it has come to its end. */
static bool sequence_advance(Sequence *sequence)
{
    const SequenceDefinition *definition = &sequence->definition;
    int64_t next;
    if (!sequence->is_taken)
        return true;
    bool is_beyond = __builtin_add_overflow(sequence->value, definition->increment, &next);
    if (is_beyond || next > definition->maximum || next < definition->minimum) {
        if (!definition->is_cycling)
            return false;
        next = definition->increment > 0 ? definition->minimum : definition->maximum;
    }
    sequence->value = next;
    return true;
}

int64_t sequence_next(Sequence *sequence, Position position)
{
    pthread_mutex_lock(&sequence->mutex);
    bool is_there = sequence_advance(sequence);
    int64_t value = sequence->value;
    if (is_there) {
        sequence->is_taken = sequence->is_current = true;
        sequence->current = value;
        *sequence->last = (LastValue){true, value};
    }
    pthread_mutex_unlock(&sequence->mutex);
    const SequenceDefinition *definition = &sequence->definition;
    bool is_up = definition->increment > 0;
    if (!is_there)
        error_raise(ERROR_SEQUENCE_LIMIT, position, "nextval: reached %s value of sequence \"%s\" (%lld)",
                    is_up ? "maximum" : "minimum", sequence->name,
                    (long long)(is_up ? definition->maximum : definition->minimum));
    return value;
}

void sequence_set(Sequence *sequence, int64_t value, bool is_taken, Position position)
{
    const SequenceDefinition *definition = &sequence->definition;
    if (value < definition->minimum || value > definition->maximum)
        error_raise(ERROR_OUT_OF_RANGE, position,
                    "setval: value %lld is out of bounds for sequence \"%s\" (%lld..%lld)", (long long)value,
                    sequence->name, (long long)definition->minimum, (long long)definition->maximum);
    pthread_mutex_lock(&sequence->mutex);
    sequence->value = value;
    sequence->is_taken = is_taken;
    if (is_taken) {
        sequence->is_current = true;
        sequence->current = value;
    }
    pthread_mutex_unlock(&sequence->mutex);
}

void sequence_restart(Sequence *sequence, int64_t value)
{
    pthread_mutex_lock(&sequence->mutex);
    sequence->value = value;
    sequence->is_taken = false;
    pthread_mutex_unlock(&sequence->mutex);
}

Expr *sequence_call(Arena *arena, const Expr *call, Sequence *sequence, LastValue *last)
{
    Function *function = arena_copy(arena, call->function, sizeof *function);
    function->user = sequence ? (const void *)sequence : last;
    Expr *copy = arena_copy(arena, call, sizeof *copy);
    copy->function = function;
    return copy;
}
