/* cli/options.c: the command line. One table makes the options and --help. */
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/session.h"

typedef bool (*OptionFunction)(Options *options, const char *name, char *value);

/* ---- what each does ---- */

static bool option_fail(const char *name, const char *why)
{
    fprintf(stderr, "quern: %s: %s\nquern --help lists the options\n", name, why);
    return false;
}

static void action_add(Options *options, bool is_file, const char *text)
{
    options->actions[options->action_count++] = (Action){is_file, text};
}

static bool option_sql(Options *options, const char *name, char *value)
{
    (void)name;
    action_add(options, false, value);
    return true;
}

static bool option_script(Options *options, const char *name, char *value)
{
    (void)name;
    action_add(options, true, value);
    return true;
}

/* The formats' own options are the modes' words. */
static bool option_mode(Options *options, const char *name, char *value)
{
    options->mode = name + 2;
    options->table_name = value;
    return true;
}

static bool option_null_value(Options *options, const char *name, char *value)
{
    (void)name;
    options->null_value = value;
    return true;
}

static bool option_output(Options *options, const char *name, char *value)
{
    (void)name;
    options->output = value;
    return true;
}

static bool option_parameter(Options *options, const char *name, char *value)
{
    if (strchr(value, '=') == NULL || value[0] == '=')
        return option_fail(name, "NAME=VALUE is wanted");
    options->parameters[options->parameter_count++] = value;
    return true;
}

static bool option_set(Options *options, const char *name, char *value)
{
    size_t size = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.");
    if (size == 0 || value[size] != '=')
        return option_fail(name, "NAME=VALUE is wanted");
    options->settings[options->setting_count++] = value;
    return true;
}

static bool number_parse(const char *name, const char *value, size_t *ret_number)
{
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || number > 1000000000)
        return option_fail(name, "a number is wanted");
    *ret_number = number;
    return true;
}

static bool option_width(Options *options, const char *name, char *value)
{
    return number_parse(name, value, &options->width);
}

static bool option_max_rows(Options *options, const char *name, char *value)
{
    return number_parse(name, value, &options->max_rows);
}

#define SWITCH(function, field)                                                                                        \
    static bool function(Options *options, const char *name, char *value)                                              \
    {                                                                                                                  \
        (void)name, (void)value;                                                                                       \
        return options->field = true;                                                                                  \
    }
SWITCH(option_no_header, has_no_header)
SWITCH(option_timer, has_timer)
SWITCH(option_keep_going, keeps_going)
SWITCH(option_safe, is_safe)
SWITCH(option_dry_run, is_dry_run)
SWITCH(option_prompt, wants_prompt)
SWITCH(option_help, wants_help)
SWITCH(option_version, wants_version)

/* ---- the table ---- */

typedef enum ArgumentNeed { ARGUMENT_NONE, ARGUMENT_NEEDED, ARGUMENT_OPTIONAL } ArgumentNeed;

static const struct Option {
    const char *short_name; /* "-c"; NULL: none */
    const char *name;
    ArgumentNeed need;
    const char *argument; /* as help calls it */
    const char *help;
    OptionFunction set;
} option_table[] = {
    {"-c", "--command", ARGUMENT_NEEDED, "SQL", "run these statements; may be repeated", option_sql},
    {"-f", "--file", ARGUMENT_NEEDED, "FILE", "run a script; - is standard input", option_script},
    {"-p", "--parameter", ARGUMENT_NEEDED, "NAME=VALUE", "bind $NAME", option_parameter},
    {"-i", "--interactive", ARGUMENT_NONE, "", "the prompt, after all else", option_prompt},
    {"-o", "--output", ARGUMENT_NEEDED, "FILE", "write results to the file", option_output},
#define MODE_OPTION(word, format, help_text)                                                                           \
    {NULL,                                                                                                             \
     "--" word,                                                                                                        \
     format == QUERN_FORMAT_INSERT ? ARGUMENT_OPTIONAL : ARGUMENT_NONE,                                                \
     format == QUERN_FORMAT_INSERT ? "TABLE" : "",                                                                     \
     "results as " help_text,                                                                                          \
     option_mode},
    MODES(MODE_OPTION)
#undef MODE_OPTION
        {NULL, "--null-value", ARGUMENT_NEEDED, "TEXT", "how NULL is written", option_null_value},
    {NULL, "--no-header", ARGUMENT_NONE, "", "no column names", option_no_header},
    {NULL, "--width", ARGUMENT_NEEDED, "COLUMNS", "of tables", option_width},
    {NULL, "--max-rows", ARGUMENT_NEEDED, "ROWS", "of tables: the first and last of more", option_max_rows},
    {NULL, "--keep-going", ARGUMENT_NONE, "", "go on after errors; no part of a result that fails", option_keep_going},
    {NULL, "--set", ARGUMENT_NEEDED, "NAME=VALUE", "change a setting first", option_set},
    {NULL, "--safe", ARGUMENT_NONE, "", "no writes, and no files but those named", option_safe},
    {NULL, "--dry-run", ARGUMENT_NONE, "", "show what would change in files, and change nothing", option_dry_run},
    {NULL, "--timer", ARGUMENT_NONE, "", "how long each statement took, on standard error", option_timer},
    {"-h", "--help", ARGUMENT_NONE, "", "this text", option_help},
    {"-V", "--version", ARGUMENT_NONE, "", "the version", option_version},
};
#define OPTION_COUNT (sizeof option_table / sizeof *option_table)

void options_print_help(void)
{
    puts("usage: quern [OPTIONS] [FILES...] [SQL]\n"
         "       quern check [OPTIONS] FILES...\n"
         "\n"
         "Answers SQL from CSV files, SQLite databases and tables in memory. FILES become tables by their base\n"
         "name; a .db or .sqlite file is attached; a .sql file is run. SQL is an argument that is no file, and\n"
         "has blanks or a semicolon. With SQL, standard input is the table stdin; without, it is a script, or\n"
         "the prompt at a terminal. check reads CSV files whole and lists what is wrong with them.\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct Option *option = &option_table[i];
        char usage[64];
        snprintf(usage, sizeof usage, "%s%s%s%s%s%s", option->short_name ? option->short_name : "  ",
                 option->short_name ? ", " : "  ", option->name,
                 option->need == ARGUMENT_NEEDED     ? " "
                 : option->need == ARGUMENT_OPTIONAL ? "[="
                                                     : "",
                 option->argument, option->need == ARGUMENT_OPTIONAL ? "]" : "");
        printf("  %-28s %s\n", usage, option->help);
    }
    puts("\nExit status: 0 fine, 1 SQL error, 2 usage, 3 bad data, 4 input or output, 5 locked, 130 interrupted.");
}

/* ---- parsing ---- */

/* An argument that is no file and looks like a statement. */
static bool argument_is_sql(const char *argument)
{
    size_t size = strlen(argument);
    return size > 0 && access(argument, F_OK) != 0 && (strpbrk(argument, " \t\n") != NULL || argument[size - 1] == ';');
}

static bool argument_is_script(const char *argument)
{
    size_t size = strlen(argument);
    return size > 4 && strcmp(argument + size - 4, ".sql") == 0;
}

static void options_take_argument(Options *options, const char *argument, bool *has_sql)
{
    if (!*has_sql && argument_is_sql(argument)) {
        *has_sql = true;
        action_add(options, false, argument);
    } else if (argument_is_script(argument)) {
        action_add(options, true, argument);
    } else {
        options->files[options->file_count++] = argument;
    }
}

/* The option that an argument names, and *ret_value if it carries one: --name=value, -nvalue. */
static const struct Option *option_find(char *argument, char **ret_value)
{
    *ret_value = NULL;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct Option *option = &option_table[i];
        size_t size = strlen(option->name);
        if (strncmp(argument, option->name, size) == 0 && (argument[size] == '\0' || argument[size] == '=')) {
            *ret_value = argument[size] ? argument + size + 1 : NULL;
            return option;
        }
        if (option->short_name && strncmp(argument, option->short_name, 2) == 0 &&
            (argument[2] == '\0' || option->need == ARGUMENT_NEEDED)) {
            *ret_value = argument[2] ? argument + 2 : NULL;
            return option;
        }
    }
    return NULL;
}

/* Sets the option of arguments[*index], which may take the next argument too. */
static bool options_take_option(Options *options, int argument_count, char **arguments, int *index)
{
    char *value;
    const struct Option *option = option_find(arguments[*index], &value);
    if (option == NULL)
        return option_fail(arguments[*index], "no such option");
    if (option->need == ARGUMENT_NEEDED && value == NULL) {
        if (*index + 1 >= argument_count)
            return option_fail(option->name, "a value is wanted");
        value = arguments[++*index];
    }
    if (option->need == ARGUMENT_NONE && value)
        return option_fail(option->name, "takes no value");
    return option->set(options, option->name, value);
}

bool options_parse(Options *options, int argument_count, char **arguments)
{
    size_t room = (size_t)argument_count;
    *options = (Options){.actions = memory_allocate(room * sizeof *options->actions),
                         .files = memory_allocate(room * sizeof *options->files),
                         .parameters = memory_allocate(room * sizeof *options->parameters),
                         .settings = memory_allocate(room * sizeof *options->settings)};
    bool has_sql = false, only_files = false;
    for (int i = 1; i < argument_count; i++) {
        char *argument = arguments[i];
        if (i == 1 && strcmp(argument, "check") == 0)
            options->wants_check = true;
        else if (!only_files && strcmp(argument, "--") == 0)
            only_files = true;
        else if (only_files || argument[0] != '-' || argument[1] == '\0')
            options_take_argument(options, argument, &has_sql);
        else if (!options_take_option(options, argument_count, arguments, &i))
            return false;
    }
    if (options->wants_check && (options->file_count == 0 || options->action_count > 0 || options->wants_prompt))
        return option_fail("check", "FILES are wanted, and nothing else");
    return true;
}

void options_done(Options *options)
{
    free(options->actions);
    free(options->files);
    free(options->parameters);
    free(options->settings);
}
