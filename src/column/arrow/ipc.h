/* column/arrow/ipc.h: Arrow's IPC formats (https://arrow.apache.org/docs/format/Columnar.html): the numbers of
 * Message.fbs, Schema.fbs and File.fbs.
 *
 *   stream   message, message, …, end          file   "ARROW1" and two zeros, a stream, footer, its size, "ARROW1"
 *   message  FFFFFFFF, size, metadata, body     end    FFFFFFFF, 0
 *   body     the buffers of a record batch, one after the other */
#ifndef QUERN_COLUMN_ARROW_IPC_H
#define QUERN_COLUMN_ARROW_IPC_H

#define IPC_MAGIC "ARROW1"
enum {
    IPC_MAGIC_SIZE = 6,
    IPC_HEAD_SIZE = 8, /* of a message; the magic is filled up to as much */
    IPC_VERSION = 4,   /* V5, since Arrow 1.0 */
    IPC_ALIGNMENT = 8,
};

/* Fields by table. */
enum IpcMessageField { MESSAGE_VERSION, MESSAGE_HEADER_TYPE, MESSAGE_HEADER, MESSAGE_BODY_SIZE, MESSAGE_FIELDS };
enum IpcSchemaField { SCHEMA_ENDIANNESS, SCHEMA_FIELDS };
enum IpcFieldField { FIELD_NAME, FIELD_NULLABLE, FIELD_TYPE_TYPE, FIELD_TYPE, FIELD_DICTIONARY, FIELD_CHILDREN };
enum IpcDictionaryField { DICTIONARY_ID, DICTIONARY_INDEX };
enum IpcRecordsField { RECORDS_LENGTH, RECORDS_NODES, RECORDS_BUFFERS, RECORDS_COMPRESSION, RECORDS_VARIADIC };
enum IpcDictionaryBatchField { DICTIONARY_BATCH_ID, DICTIONARY_BATCH_DATA, DICTIONARY_BATCH_IS_DELTA };
enum IpcFooterField { FOOTER_VERSION, FOOTER_SCHEMA, FOOTER_DICTIONARIES, FOOTER_RECORDS, FOOTER_FIELDS };

typedef enum IpcHeader { IPC_SCHEMA = 1, IPC_DICTIONARY, IPC_RECORDS } IpcHeader;

/* Structs within vectors. */
enum { NODE_SIZE = 16, BUFFER_SIZE = 16, BLOCK_SIZE = 24 };

typedef enum IpcType {
    IPC_NULL = 1,
    IPC_INT,
    IPC_FLOAT,
    IPC_BINARY,
    IPC_UTF8,
    IPC_BOOL,
    IPC_DECIMAL,
    IPC_DATE,
    IPC_TIME,
    IPC_TIMESTAMP,
    IPC_INTERVAL,
    IPC_FIXED_BINARY = 15,
    IPC_DURATION = 18,
    IPC_LARGE_BINARY,
    IPC_LARGE_UTF8,
    IPC_RUNS = 22,
    IPC_BINARY_VIEW,
    IPC_UTF8_VIEW,
} IpcType;

enum { UNIT_SECOND, UNIT_MILLISECOND, UNIT_MICROSECOND, UNIT_NANOSECOND };
enum { DATE_DAY, DATE_MILLISECOND };
enum { INTERVAL_YEAR_MONTH, INTERVAL_DAY_TIME, INTERVAL_MONTH_DAY_NANO };
enum { FLOAT_HALF, FLOAT_SINGLE, FLOAT_DOUBLE };
enum { CODEC_LZ4, CODEC_ZSTD };

#endif
