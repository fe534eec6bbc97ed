/* plugins/tpch/text_pool.h: the text that all comments are cut from. */
#ifndef TPCH_TEXT_POOL_H
#define TPCH_TEXT_POOL_H

#include <stdint.h>

#define TEXT_POOL_SIZE ((int64_t)300 * 1024 * 1024)

/* Made at the first call (a second or two), and kept; NULL: there is no memory for it. Any thread. */
const char *text_pool(void);

#endif
