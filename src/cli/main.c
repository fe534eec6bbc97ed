/* cli/main.c: the quern program: SQL at a prompt, from scripts, in a pipe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/prompt.h"
#include "cli/script.h"

#define STATUS_USAGE 2

/* An API call that the command line asked for. False: it failed, which has been reported. */
static bool call_check(Session *session, QuernStatus status)
{
    if (status == QUERN_OK)
        return true;
    report_error(session->connection, (Place){.line = 1}, "", 0);
    session_fail(session, status == QUERN_ERROR_MISUSE ? STATUS_USAGE : (int)status);
    return false;
}

/* Numbers and words as they are, else as a quoted literal. */
static bool setting_apply(Session *session, const char *setting)
{
    const char *value = strchr(setting, '=') + 1;
    bool is_plain = *value && value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0';
    is_plain |= *value && value[strspn(value, "0123456789")] == '\0';
    Text sql = {0};
    text_add_format(&sql, "SET %.*s = %s", (int)(value - setting - 1), setting, is_plain ? value : "'");
    for (; !is_plain && *value; value++)
        text_add_bytes(&sql, *value == '\'' ? "''" : value, *value == '\'' ? 2 : 1);
    if (!is_plain)
        text_add(&sql, "'");
    bool is_set = session_run_text(session, text_string(&sql), (Place){.line = 1});
    text_done(&sql);
    return is_set;
}

static bool parameter_bind(Session *session, char *parameter)
{
    char *value = strchr(parameter, '=');
    *value = '\0';
    QuernStatus status = quern_bind(session->connection, parameter, value + 1);
    *value = '=';
    return call_check(session, status);
}

/* With statements on the command line, standard input is a table; it is not read before a statement uses it. */
static bool input_is_table(const Options *options)
{
    bool has_sql = false;
    for (size_t i = 0; i < options->action_count; i++) {
        if (options->actions[i].is_file && strcmp(options->actions[i].text, "-") == 0)
            return false;
        has_sql = true;
    }
    for (size_t i = 0; i < options->file_count; i++)
        if (strcmp(options->files[i], "-") == 0)
            return false; /* it is named already */
    return has_sql && !options->wants_prompt;
}

static bool file_add(Session *session, const char *file)
{
    if (call_check(session, quern_add_file(session->connection, file, NULL)))
        return true;
    if (access(file, F_OK) != 0 && (strpbrk(file, " \t\n") || !strpbrk(file, "./")))
        fputs("hint: SQL is one argument, in quotes; more of it goes behind -c\n", stderr);
    return false;
}

static bool session_prepare(Session *session, const Options *options)
{
    session->null_value = options->null_value ? string_copy(options->null_value) : NULL;
    session->table_name = options->table_name ? string_copy(options->table_name) : NULL;
    session->width = options->width;
    session->max_rows = options->max_rows;
    session->has_no_header = options->has_no_header;
    if (options->mode)
        session_set_mode(session, options->mode);
    for (size_t i = 0; i < options->setting_count; i++)
        if (!setting_apply(session, options->settings[i]))
            return false;
    for (size_t i = 0; i < options->parameter_count; i++)
        if (!parameter_bind(session, options->parameters[i]))
            return false;
    for (size_t i = 0; i < options->file_count && !options->wants_check; i++)
        if (!file_add(session, options->files[i]))
            return false;
    if (!options->wants_check && input_is_table(options) &&
        !call_check(session, quern_add_file(session->connection, "-", NULL)))
        return false;
    if (options->output && !session_set_output(session, options->output, (Place){0}))
        return false;
    session->is_safe = options->is_safe;
    if (options->is_safe && !session_run_text(session, "SET safe = on", (Place){.line = 1}))
        return false;
    if (options->is_dry_run && !session_run_text(session, "SET dry_run = on", (Place){.line = 1}))
        return false;
    session->has_timer = options->has_timer;
    session->keeps_going = options->keeps_going;
    return true;
}

static void session_work(Session *session, const Options *options)
{
    for (size_t i = 0; i < options->action_count && !session_is_over(session); i++) {
        if (options->actions[i].is_file)
            script_run_file(session, options->actions[i].text);
        else
            script_run_text(session, options->actions[i].text);
    }
    if (options->wants_prompt || (options->action_count == 0 && isatty(STDIN_FILENO)))
        prompt_run(session);
    else if (options->action_count == 0)
        script_run_file(session, "-");
}

/* --dry-run: a line of what a statement would change. */
static void difference_show(void *user, const char *line, size_t size)
{
    Output *output = session_output(user);
    output_write(output, line, size);
    output_write(output, "\n", 1);
}

static int session_main(const Options *options)
{
    QuernConnection *connection = NULL;
    if (quern_open(&connection) != QUERN_OK) {
        fputs("quern: out of memory\n", stderr);
        return 1;
    }
    Session session;
    session_init(&session, connection);
    quern_set_warning_handler(connection, report_warning, NULL);
    quern_set_difference_handler(connection, difference_show, &session);
    interrupt_install(connection);
    bool is_ready = session_prepare(&session, options);
    if (is_ready && options->wants_check)
        session_check(&session, options->files, options->file_count);
    else if (is_ready)
        session_work(&session, options);
    session_done(&session);
    quern_close(connection);
    if (interrupt_is_pending())
        return QUERN_ERROR_INTERRUPTED;
    return session.exit_status == 0 && session.has_rejects ? QUERN_ERROR_DATA : session.exit_status;
}

/* Text for the user instead of results. */
static int text_main(const Options *options)
{
    if (options->wants_help)
        options_print_help();
    else
        printf("quern %s\n", quern_version());
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    perror("quern: standard output");
    return QUERN_ERROR_IO;
}

int main(int argument_count, char **arguments)
{
    Options options;
    int status = STATUS_USAGE;
    if (options_parse(&options, argument_count, arguments))
        status = options.wants_help || options.wants_version ? text_main(&options) : session_main(&options);
    options_done(&options);
    return status;
}
