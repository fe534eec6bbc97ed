/* Folders and patterns: the files they mean, columns united by name, columns of paths, and files that are not read. */
#include "provider_csv_tables.h"

#include <ftw.h>
#include <sys/stat.h>

#include "provider/csv/csv_files.h"

static int tree_remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void tree_remove(void *path)
{
    nftw(path, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *root;

static void tree_make(void)
{
    char *path = arena_string(test_arena, "/tmp/quern-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    arena_own(test_arena, path, tree_remove);
    csv_context.arena = test_arena;
    root = path;
}

static const char *below(const char *name)
{
    return arena_format(test_arena, "%s/%s", root, name);
}

/* A file below the root, with the folders it stands in. */
static void put(const char *name, const char *text)
{
    char *path = arena_format(test_arena, "%s/%s", root, name);
    for (char *slash = path + strlen(root); (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    csv_file_write(path, text, strlen(text));
}

/* The files a location means, without the root, with blanks between. */
static const char *found(const char *location)
{
    Text text = text_in(test_arena);
    CsvFiles files = csv_files_find(test_arena, &csv_context, below(location), csv_format.extensions);
    for (size_t i = 0; i < files.count; i++)
        text_add_format(&text, "%s%s", i ? " " : "", files.paths[i] + strlen(root) + 1);
    return text_string(&text);
}

START_TEST(folders_and_patterns_mean_files)
{
    tree_make();
    put("b.csv", "x\n1\n"), put("a.csv", "x\n1\n"), put("notes.md", "x\n"), put(".hidden.csv", "x\n");
    put("d/c.csv", "x\n1\n"), put("d/_part.csv", "x\n"), put("d/e/f.tsv", "x\n1\n"), put("d/e/g.csv.gz", "x\n1\n");
    ck_assert_str_eq(found(""), "a.csv b.csv d/c.csv d/e/f.tsv d/e/g.csv.gz");
    ck_assert_str_eq(found("d"), "d/c.csv d/e/f.tsv d/e/g.csv.gz");
    ck_assert_str_eq(found("*.csv"), "a.csv b.csv");
    ck_assert_str_eq(found("[ab].csv"), "a.csv b.csv");
    ck_assert_str_eq(found("?.csv"), "a.csv b.csv");
    ck_assert_str_eq(found("*/*.csv"), "d/_part.csv d/c.csv");
    ck_assert_str_eq(found("**/*.csv"), "a.csv b.csv d/_part.csv d/c.csv");
    ck_assert_str_eq(found("**/e/**"), "d/e/f.tsv d/e/g.csv.gz");
    ck_assert_str_eq(found("d/*/f.*"), "d/e/f.tsv");
    ck_assert_str_eq(found("?"), "d/c.csv d/e/f.tsv d/e/g.csv.gz"); /* a folder that fits */
    ck_assert(symlink("..", below("d/up")) == 0);
    ck_assert_str_eq(found("d"), "d/c.csv d/e/f.tsv d/e/g.csv.gz");
    ck_assert_str_eq(found("**/c.csv"), "d/c.csv");
    put("a.csv.quern-journal", ""), put("a.csv.quern-x1Y2z3", "x\n"); /* what our writing may leave */
    ck_assert_int_eq(mkfifo(below("p.csv"), 0600), 0);
    ck_assert_str_eq(found("*.csv*"), "a.csv b.csv");
}
END_TEST

static void find_nothing(void *location)
{
    csv_rows_text(csv_table(below(location), ""));
}

START_TEST(what_means_no_file_is_an_error)
{
    tree_make();
    put("a.csv", "x\n1\n");
    mkdir(below("empty"), 0700);
    expect_error(ERROR_UNDEFINED_FILE, find_nothing, "empty");
    expect_error(ERROR_UNDEFINED_FILE, find_nothing, "b*.csv");
    expect_error(ERROR_UNDEFINED_FILE, find_nothing, "no/*/x.csv");
    put("odd[1].csv", "y\n2\n"); /* a file's own name comes before the pattern that it could be */
    ck_assert_str_eq(csv_rows_text(csv_table(below("odd[1].csv"), "header=true")), "2\n");
}
END_TEST

START_TEST(columns_are_united_by_name_and_keep_every_value)
{
    tree_make();
    put("1.csv", "id,price,day\n1,2,2026-01-01\n2,3,2026-01-02\n");
    put("2.csv", "price;id;note\n2.50;3;a\n10;4;b\n");
    put("3.csv", "id,day\n5,tomorrow\n");
    TableProvider *table = csv_table(below("*.csv"), "");
    ck_assert_str_eq(csv_schema_text(table), "id BIGINT, price DECIMAL(18,2), day VARCHAR, note VARCHAR");
    ck_assert_str_eq(csv_rows_text(table), "1|2.00|2026-01-01|~\n2|3.00|2026-01-02|~\n3|2.50|~|a\n4|10.00|~|b\n"
                                           "5|~|tomorrow|~\n");
    ck_assert_uint_eq(csv_count(table), 5);
}
END_TEST

START_TEST(a_file_that_comes_or_changes_is_seen_by_the_next_statement)
{
    tree_make();
    put("a.csv", "x\n1\n");
    TableProvider *table = csv_table(below("*.csv"), "header=true");
    const Schema *first = table->ops->schema(table, &csv_context);
    ck_assert_ptr_eq(table->ops->schema(table, &csv_context), first);
    put("b.csv", "x\n2.5\n");
    ck_assert_str_eq(csv_rows_text(table), "1.0\n2.5\n");
    put("a.csv", "x\n10\n");
    ck_assert_str_eq(csv_rows_text(table), "10.0\n2.5\n");
    remove(below("b.csv"));
    ck_assert_str_eq(csv_rows_text(table), "10\n");
}
END_TEST

START_TEST(paths_give_columns)
{
    tree_make();
    put("year=2025/month=01/a.csv", "v\n1\n");
    put("year=2026/month=12/b.csv", "v\n2\n");
    put("year=2026/month=__HIVE_DEFAULT_PARTITION__/c.csv", "v\n3\n");
    TableProvider *table = csv_table(below(""), "header=true");
    ck_assert_str_eq(csv_schema_text(table), "v BIGINT, year BIGINT, month VARCHAR");
    ck_assert_str_eq(csv_rows_text(table), "1|2025|01\n2|2026|12\n3|2026|~\n");
    tree_make();
    put("k=a%20b/a.csv", "v,k\n1,own\n");
    put("k=c/b.csv", "v\n2\n");
    ck_assert_str_eq(csv_rows_text(csv_table(below("*/*.csv"), "header=true")), "1|own\n2|~\n");
    tree_make();
    put("k=a%20b/a.csv", "v\n1\n");
    put("k=c/b.csv", "v\n2\n");
    ck_assert_str_eq(csv_rows_text(csv_table(below("*/*.csv"), "header=true")), "1|a b\n2|c\n");
    put("other/b.csv", "v\n3\n"); /* not all paths have it */
    ck_assert_str_eq(csv_schema_text(csv_table(below("*/*.csv"), "header=true")), "v BIGINT");
}
END_TEST

static Expr *equals(ColumnId column, Type type, Value value)
{
    Expr **arguments = arena_array(test_arena, Expr *, 2);
    arguments[0] = expr_column(test_arena, column, type, NO_POSITION);
    arguments[1] = expr_constant(test_arena, value, NO_POSITION);
    return function_call(test_arena, "=", arguments, 2, NO_POSITION);
}

START_TEST(files_whose_path_no_filter_lets_through_are_not_opened)
{
    tree_make();
    put("year=2025/a.csv", "v,w\n1,x\n2,y\n");
    put("year=2026/b.csv", "v,w\n1,z\n2,x\n");
    put("year=2026/c.csv", "v\n1\n2\n");
    TableProvider *table = csv_table(below(""), "header=true");
    table->ops->schema(table, &csv_context);
    Type bigint = type_of(TYPE_BIGINT);
    Expr *year = equals(2, bigint, value_integer(bigint, 2025));
    Scan *scan = csv_scan_all(table, &year, 1, NO_LIMIT);
    csv_file_write(below("year=2026/b.csv"), "", 0); /* would be an error */
    ck_assert_str_eq(csv_scan_text(scan), "1|x|2025\n2|y|2025\n");
    Text text = text_in(test_arena);
    scan->explain(scan, &text);
    ck_assert_msg(strstr(text_string(&text), "files: 1 of 3") != NULL, "%s", text_string(&text));
    put("year=2026/b.csv", "v,w\n1,z\n2,x\n");
    Expr *filters[2] = {equals(0, bigint, value_integer(bigint, 2)), equals(2, bigint, value_integer(bigint, 2026))};
    table->ops->schema(table, &csv_context);
    ck_assert_str_eq(csv_scan_text(csv_scan_all(table, filters, 2, NO_LIMIT)), "2|x|2026\n2|~|2026\n");
    ck_assert_str_eq(csv_scan_text(csv_scan_all(table, NULL, 0, 3)), "1|x|2025\n2|y|2025\n1|z|2026\n2|x|2026\n");
}
END_TEST

TEST_PROGRAM(folders_and_patterns_mean_files, what_means_no_file_is_an_error,
             columns_are_united_by_name_and_keep_every_value,
             a_file_that_comes_or_changes_is_seen_by_the_next_statement, paths_give_columns,
             files_whose_path_no_filter_lets_through_are_not_opened)
