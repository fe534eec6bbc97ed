/* cli/options.h: the command line. */
#ifndef QUERN_CLI_OPTIONS_H
#define QUERN_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Something to run, in the order given. */
typedef struct Action {
    bool is_file; /* a script's name, "-" for standard input; else SQL */
    const char *text;
} Action;

/* Texts belong to the arguments. */
typedef struct Options {
    Action *actions;
    size_t action_count;
    const char **files; /* become tables */
    size_t file_count;
    char **parameters; /* "name=value" */
    size_t parameter_count;
    char **settings; /* "name=value" */
    size_t setting_count;
    const char *mode;       /* a word of MODES; NULL: by where the output goes */
    const char *table_name; /* of --insert=TABLE */
    const char *null_value;
    const char *output;
    size_t width, max_rows;
    bool has_no_header, has_timer, keeps_going, is_safe, is_dry_run, wants_prompt, wants_help, wants_version;
    bool wants_check; /* `quern check FILES` */
} Options;

/* Reads the arguments. False: they are wrong, which has been reported. options_done in either case. */
bool options_parse(Options *options, int argument_count, char **arguments);
void options_done(Options *options);
/* What --help shows. */
void options_print_help(void);

#endif
