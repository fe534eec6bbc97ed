/* column/arrow_name.h: types under the names that Apache Arrow's implementations print: "Int32", "Timestamp(ns)". */
#ifndef QUERN_COLUMN_ARROW_NAME_H
#define QUERN_COLUMN_ARROW_NAME_H

#include "column/types.h"

/* The type that stands for a type of Arrow; of a Dictionary, that of its values. False when there is none. */
bool arrow_name_parse(StringView text, Type *ret_type);
/* "Int32", into a buffer of TYPE_NAME_SIZE; returns it. */
const char *arrow_name(Type type, char *buffer);

#endif
