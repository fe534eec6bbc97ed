/* provider/csv/csv_files.c: walks folders. A pattern is matched part by part, so that only folders that fit are read.
 */
#include "provider/csv/csv_files.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/error.h"

typedef struct Walk {
    Arena *arena;
    const Context *context;
    const char *extensions;
    ARRAY(const char *) paths;
} Walk;

static const char pattern_bytes[] = "*?[";

bool csv_files_are_many(const char *location)
{
    struct stat status;
    if (stat(location, &status) == 0)
        return S_ISDIR(status.st_mode);
    return strpbrk(location, pattern_bytes) != NULL;
}

/* ---- folders ---- */

static void folder_close(void *folder)
{
    closedir(folder);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In byte order, without "." and ".."; none where there is no such folder. */
static const char **folder_names(Walk *walk, const char *path, size_t *ret_count)
{
    ARRAY(const char *) names = {0};
    *ret_count = 0;
    DIR *folder = opendir(*path ? path : ".");
    if (folder == NULL && (errno == ENOENT || errno == ENOTDIR))
        return NULL;
    if (folder == NULL)
        error_raise(ERROR_IO, NO_POSITION, "%s: %s", path, strerror(errno));
    arena_own(walk->arena, folder, folder_close);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        context_check(walk->context);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *name = arena_string(walk->arena, entry->d_name);
        array_add(walk->arena, &names, name);
    }
    arena_release(walk->arena, folder);
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, name_compare);
    *ret_count = names.count;
    return names.items;
}

static const char *path_join(Walk *walk, const char *folder, const char *name)
{
    size_t size = strlen(folder);
    if (size == 0)
        return name;
    return arena_format(walk->arena, "%s%s%s", folder, folder[size - 1] == '/' ? "" : "/", name);
}

static bool name_has_extension(const char *name, const char *extensions)
{
    StringView view = view_of(name);
    while (*extensions) {
        StringView extension = {extensions, strcspn(extensions, " ")};
        if (extension.size && view.size > extension.size &&
            view_equal_ignoring_case(extension, (StringView){name + view.size - extension.size, extension.size}))
            return true;
        extensions += extension.size + (extensions[extension.size] == ' ');
    }
    return false;
}

/* Journals and files that are being written, of ours, are no data. */
static void walk_add(Walk *walk, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (strstr(slash ? slash : path, ".quern-"))
        return;
    if (walk->paths.count >= CSV_FILES_COUNT_LIMIT)
        error_raise(ERROR_LIMIT_EXCEEDED, NO_POSITION, "more than %d files", CSV_FILES_COUNT_LIMIT);
    array_add(walk->arena, &walk->paths, path);
}

static void walk_check_depth(const char *path, int depth)
{
    if (depth > CSV_FILES_DEPTH_LIMIT)
        error_raise(ERROR_LIMIT_EXCEEDED, NO_POSITION, "%s: more than %d folders below one another", path,
                    CSV_FILES_DEPTH_LIMIT);
}

/* All CSV files in a folder and below. */
static void walk_folder(Walk *walk, const char *path, int depth)
{
    size_t count;
    walk_check_depth(path, depth);
    const char **names = folder_names(walk, path, &count);
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        const char *below = path_join(walk, path, names[i]);
        if (names[i][0] == '.' || names[i][0] == '_' || lstat(below, &status) != 0)
            continue;
        bool is_link = S_ISLNK(status.st_mode); /* to a folder: may lead back up, and is left out */
        if (is_link && stat(below, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode) && !is_link)
            walk_folder(walk, below, depth + 1);
        else if (S_ISREG(status.st_mode) && name_has_extension(names[i], walk->extensions))
            walk_add(walk, below);
    }
}

/* ---- patterns ---- */

static void walk_pattern(Walk *walk, const char *path, const char *pattern, int depth);

static void walk_end(Walk *walk, const char *path, int depth)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return;
    if (S_ISDIR(status.st_mode))
        walk_folder(walk, path, depth + 1);
    else if (S_ISREG(status.st_mode)) /* a pipe can be read by its own name */
        walk_add(walk, path);
}

static void walk_any_folders(Walk *walk, const char *path, const char *rest, int depth)
{
    size_t count;
    walk_check_depth(path, depth);
    walk_pattern(walk, path, rest, depth);
    const char **names = folder_names(walk, path, &count);
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        const char *below = path_join(walk, path, names[i]);
        if (names[i][0] != '.' && lstat(below, &status) == 0 && S_ISDIR(status.st_mode))
            walk_any_folders(walk, below, rest, depth + 1);
    }
}

/* `path` fits what stands before `pattern`; its parts come one by one. */
static void walk_pattern(Walk *walk, const char *path, const char *pattern, int depth)
{
    walk_check_depth(path, depth);
    pattern += strspn(pattern, "/");
    size_t size = strcspn(pattern, "/");
    if (size == 0) {
        walk_end(walk, path, depth);
        return;
    }
    const char *part = arena_string_n(walk->arena, pattern, size), *rest = pattern + size;
    if (strcmp(part, "**") == 0) {
        walk_any_folders(walk, path, *rest ? rest : "/*", depth);
        return;
    }
    if (strpbrk(part, pattern_bytes) == NULL) {
        walk_pattern(walk, path_join(walk, path, part), rest, depth + 1);
        return;
    }
    size_t count;
    const char **names = folder_names(walk, path, &count);
    for (size_t i = 0; i < count; i++)
        if (fnmatch(part, names[i], FNM_PERIOD) == 0)
            walk_pattern(walk, path_join(walk, path, names[i]), rest, depth + 1);
}

CsvFiles csv_files_find(Arena *arena, const Context *context, const char *location, const char *extensions)
{
    Walk walk = {.arena = arena, .context = context, .extensions = extensions};
    struct stat status;
    if (stat(location, &status) == 0)
        walk_end(&walk, location, 0);
    else
        walk_pattern(&walk, location[0] == '/' ? "/" : "", location, 0);
    if (walk.paths.count == 0)
        error_raise(ERROR_UNDEFINED_FILE, NO_POSITION, "%s: no CSV file is there", location);
    qsort(walk.paths.items, walk.paths.count, sizeof *walk.paths.items, name_compare);
    size_t kept = 1; /* "**" may find a file twice */
    for (size_t i = 1; i < walk.paths.count; i++)
        if (strcmp(walk.paths.items[kept - 1], walk.paths.items[i]) != 0)
            walk.paths.items[kept++] = walk.paths.items[i];
    return (CsvFiles){kept, walk.paths.items};
}

/* ---- what paths say ---- */

static int hex_value(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

static StringView part_decode(Arena *arena, StringView text)
{
    char *target = arena_allocate(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_code = text.data[i] == '%' && i + 2 < text.size && hex_value(text.data[i + 1]) >= 0 &&
                       hex_value(text.data[i + 2]) >= 0;
        target[size++] =
            is_code ? (char)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2])) : text.data[i];
        i += is_code ? 2 : 0;
    }
    return (StringView){target, size};
}

size_t csv_path_parts(Arena *arena, const char *path, CsvPathPart *ret_parts, size_t limit)
{
    size_t count = 0;
    for (const char *slash; (slash = strchr(path, '/')) != NULL && count < limit; path = slash + 1) {
        StringView part = {path, (size_t)(slash - path)};
        const char *equal = part.size ? memchr(path, '=', part.size) : NULL;
        if (equal == NULL || equal == path)
            continue;
        StringView value = {equal + 1, (size_t)(slash - equal - 1)};
        ret_parts[count].key = part_decode(arena, (StringView){path, (size_t)(equal - path)});
        ret_parts[count].value = part_decode(arena, value);
        if (view_equal(value, view_of("__HIVE_DEFAULT_PARTITION__")))
            ret_parts[count].value = (StringView){NULL, 0};
        count++;
    }
    return count;
}
