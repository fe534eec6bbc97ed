/* cli/prompt.c: the interactive prompt: statements over several lines, history, completion, Ctrl-C.
 *
 * The editor is used through its callback interface, so that this file's own loop waits for input: SIGINT is let in
 * only there and while a statement runs, and never unwinds through the editor. */
#include "cli/prompt.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/editor.h"
#include "cli/interrupt.h"
#include "cli/script.h"

#define PROMPT_FIRST    "quern> "
#define PROMPT_CONTINUE "   ..> "
#define HISTORY_MAX     10000

/* What the editor's callback, which has no argument of its own, fills. */
static struct {
    char *line; /* malloc'ed; NULL: end of input */
    bool is_taken;
} typed;

/* ---- history ---- */

/* ${XDG_STATE_HOME:-~/.local/state}/quern/history. False: there is no such place. */
static bool history_find(Text *path)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/')
        text_add(path, state);
    else if (home && *home)
        text_add_format(path, "%s/.local/state", home);
    else
        return false;
    text_add(path, "/quern/history");
    return true;
}

/* Makes the folders of a path, for the user alone. */
static void folders_make(const char *path)
{
    char *copy = string_copy(path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0700); /* those that exist stay as they are */
        *slash = '/';
    }
    free(copy);
}

static void history_open(Text *path)
{
    using_history();
    stifle_history(HISTORY_MAX);
#ifndef QUERN_LIBEDIT
    history_comment_char = '#'; /* lines of time stamps keep entries of several lines together */
    history_write_timestamps = 1;
    history_multiline_entries = 1;
#endif
    if (!history_find(path)) {
        text_done(path);
        return;
    }
    folders_make(text_string(path));
    read_history(text_string(path));
}

/* readline adds to the file, so that several prompts share it; libedit's append_history repeats entries. */
static void history_write(const char *path)
{
    mode_t mask = umask(0077);
#ifdef QUERN_LIBEDIT
    write_history(path);
#else
    if (access(path, F_OK) != 0)
        write_history(path);
    else
        append_history(1, path);
#endif
    umask(mask);
}

static void history_keep(const Text *path, const char *entry)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (*entry == '\0' || (last && strcmp(last->line, entry) == 0))
        return;
    add_history(entry);
    if (path->size > 0)
        history_write(text_string(path));
}

/* ---- one line ---- */

static void line_take(char *line)
{
    typed.line = line;
    typed.is_taken = true;
    rl_callback_handler_remove(); /* the terminal is back in its own mode while a statement runs */
}

static void line_discard(void)
{
#ifndef QUERN_LIBEDIT
    rl_free_line_state();
    rl_callback_sigcleanup();
#endif
    rl_replace_line("", 0);
    rl_callback_handler_remove();
    fputs("^C\n", stdout);
    fflush(stdout);
}

typedef enum Typed { TYPED_LINE, TYPED_END, TYPED_INTERRUPT } Typed;

/* Waits for a line. SIGINT is blocked but for the wait itself. */
static Typed line_read(const char *prompt, char **ret_line)
{
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    typed.is_taken = false;
    rl_callback_handler_install(prompt, line_take);
    while (!typed.is_taken) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = ppoll(&input, 1, NULL, &before);
        if (interrupt_take()) {
            line_discard();
            break;
        }
        if (ready > 0)
            rl_callback_read_char();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    *ret_line = typed.is_taken ? typed.line : NULL;
    return !typed.is_taken ? TYPED_INTERRUPT : typed.line ? TYPED_LINE : TYPED_END;
}

/* ---- statements ---- */

/* Runs what is complete, and keeps the rest for the next line. */
static void text_run(Session *session, Text *text, const Text *history_path)
{
    Place place = {.line = 1};
    session->exit_status = 0;
    if (inline_data_is_open(&session->data)) {
        text_drop_front(text, script_run_front(session, text_string(text), text->size, false, &place));
        return;
    }
    size_t blank = script_blank_size(text_string(text), text->size);
    bool is_command = blank < text->size && command_is_at(text->data + blank);
    if (!is_command && blank < text->size && quern_statement_size(text->data, text->size) == 0)
        return;
    char *entry = string_copy(text_string(text));
    for (size_t size = strlen(entry); size && entry[size - 1] == '\n';)
        entry[--size] = '\0';
    history_keep(history_path, entry);
    free(entry);
    size_t done = script_run_front(session, text_string(text), text->size, false, &place);
    text_drop_front(text, done);
    text_drop_front(text, script_blank_size(text_string(text), text->size));
    if (interrupt_take() || session_is_over(session))
        text_clear(text);
}

/* What who does not know the dot types first, alone on a line. */
static bool line_is_bare_command(const char *line)
{
    static const char *const words[] = {"help", "quit", "exit"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(line, words[i]) == 0)
            return true;
    return false;
}

static void banner_print(void)
{
    printf("quern %s. Statements end with a semicolon; .help lists commands, .quit ends.\n", quern_version());
    fflush(stdout);
}

void prompt_run(Session *session)
{
    Text text = {0}, history_path = {0};
    bool is_terminal = isatty(STDIN_FILENO);
    session->is_prompt = true;
    interrupt_set_impatient(false);
    setlocale(LC_CTYPE, ""); /* for the line editor */
    rl_readline_name = "quern";
    rl_catch_signals = 0;
    complete_install(session);
    history_open(&history_path);
    if (is_terminal)
        banner_print();
    while (!session->is_ending && !session->standard_output.is_closed && session->standard_output.error == 0) {
        char *line;
        complete_set_context(text_string(&text));
        bool has_rows = inline_data_is_open(&session->data); /* a tab is one, between their fields */
        rl_bind_key('\t', has_rows ? rl_insert : rl_complete);
        Typed what = line_read(text.size || has_rows ? PROMPT_CONTINUE : PROMPT_FIRST, &line);
        if (what == TYPED_END && has_rows) {
            script_run_front(session, "", 0, true, &(Place){.line = 1}); /* the rows end, too */
            continue;
        }
        if (what == TYPED_END)
            break;
        if (what == TYPED_INTERRUPT) {
            inline_data_done(&session->data);
            text_clear(&text);
            continue;
        }
        if (text.size == 0 && !has_rows && line_is_bare_command(line))
            text_add(&text, ".");
        text_add(&text, line);
        text_add(&text, "\n");
        free(line);
        text_run(session, &text, &history_path);
    }
    if (!session->is_ending && is_terminal)
        fputs("\n", stdout);
    session->exit_status = session->standard_output.error ? QUERN_ERROR_IO : 0;
    text_done(&text);
    text_done(&history_path);
#ifndef QUERN_LIBEDIT
    clear_history();
#endif
}
