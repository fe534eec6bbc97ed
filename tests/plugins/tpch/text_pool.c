/* plugins/tpch/text_pool.c: 300 MiB of sentences by the grammar of the specification (4.2.2.14). */
#include "text_pool.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "random.h"
#include "words.h"

enum { SENTENCE_SIZE = 512, MAX_WEIGHT = 1200 };

/* Each word as often as it weighs. */
typedef struct Lot {
    const char *texts[MAX_WEIGHT];
    uint8_t sizes[MAX_WEIGHT];
    int64_t count;
} Lot;

typedef struct Lots {
    Lot sentences, noun_phrases, verb_phrases, terminators;
    Lot nouns, verbs, adjectives, adverbs, auxiliaries, prepositions;
} Lots;

static void lot_init(Lot *lot, const Word *words)
{
    lot->count = 0;
    for (; words->text; words++)
        for (int i = 0; i < words->weight; i++) {
            lot->texts[lot->count] = words->text;
            lot->sizes[lot->count++] = (uint8_t)strlen(words->text);
        }
}

static void lots_init(Lots *lots)
{
    lot_init(&lots->sentences, word_sentences);
    lot_init(&lots->noun_phrases, word_noun_phrases);
    lot_init(&lots->verb_phrases, word_verb_phrases);
    lot_init(&lots->terminators, word_terminators);
    lot_init(&lots->nouns, word_nouns);
    lot_init(&lots->verbs, word_verbs);
    lot_init(&lots->adjectives, word_adjectives);
    lot_init(&lots->adverbs, word_adverbs);
    lot_init(&lots->auxiliaries, word_auxiliaries);
    lot_init(&lots->prepositions, word_prepositions);
}

static const char *lot_draw(const Lot *lot, uint64_t *seed)
{
    return lot->texts[random_draw(seed, 0, lot->count - 1)];
}

static char *lot_add(const Lot *lot, uint64_t *seed, char *at)
{
    int64_t index = random_draw(seed, 0, lot->count - 1);
    memcpy(at, lot->texts[index], lot->sizes[index]);
    return at + lot->sizes[index];
}

/* Words with a blank behind each. */
static char *phrase_add(const Lots *lots, const Lot *phrases, uint64_t *seed, char *at)
{
    for (const char *c = lot_draw(phrases, seed); *c; c++) {
        if (*c == ',') {
            at[-1] = ',';
            *at++ = ' ';
            continue;
        }
        const Lot *words = *c == 'N'   ? &lots->nouns
                           : *c == 'V' ? &lots->verbs
                           : *c == 'J' ? &lots->adjectives
                           : *c == 'D' ? &lots->adverbs
                                       : &lots->auxiliaries;
        at = lot_add(words, seed, at);
        *at++ = ' ';
    }
    return at;
}

static char *sentence_add(const Lots *lots, uint64_t *seed, char *at)
{
    for (const char *c = lot_draw(&lots->sentences, seed); *c; c++)
        switch (*c) {
        case 'V':
            at = phrase_add(lots, &lots->verb_phrases, seed, at);
            break;
        case 'N':
            at = phrase_add(lots, &lots->noun_phrases, seed, at);
            break;
        case 'P':
            at = lot_add(&lots->prepositions, seed, at);
            memcpy(at, " the ", 5);
            at = phrase_add(lots, &lots->noun_phrases, seed, at + 5);
            break;
        default:
            at = lot_add(&lots->terminators, seed, at - 1); /* close to the word before */
            *at++ = ' ';
            break;
        }
    return at;
}

static char *pool;

static void pool_make(void)
{
    static Lots lots;
    size_t size = (size_t)TEXT_POOL_SIZE + SENTENCE_SIZE;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, size, MADV_HUGEPAGE);
    lots_init(&lots);
    uint64_t seed = 933588178;
    char *at = memory, *end = at + TEXT_POOL_SIZE;
    while (at < end)
        at = sentence_add(&lots, &seed, at);
    pool = memory;
}

const char *text_pool(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, pool_make);
    return pool;
}
