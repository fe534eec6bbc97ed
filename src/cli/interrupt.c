/* cli/interrupt.c: Ctrl-C stops the statement, not the program. */
#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

static QuernConnection *interrupt_connection;
static volatile sig_atomic_t interrupt_count;
static volatile sig_atomic_t interrupt_is_impatient = true;

static void interrupt_handle(int signal_number)
{
    (void)signal_number;
    bool is_second = interrupt_count > 0;
    interrupt_count = 1;
    if (is_second && interrupt_is_impatient)
        _exit(QUERN_ERROR_INTERRUPTED);
    quern_interrupt(interrupt_connection);
}

void interrupt_install(QuernConnection *connection)
{
    interrupt_connection = connection;
    /* No SA_RESTART: a read that waits for input ends, too. */
    struct sigaction action = {.sa_handler = interrupt_handle};
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void interrupt_set_impatient(bool is_impatient)
{
    interrupt_is_impatient = is_impatient;
}

bool interrupt_take(void)
{
    bool was_pending = interrupt_count > 0;
    interrupt_count = 0;
    return was_pending;
}

bool interrupt_is_pending(void)
{
    return interrupt_count > 0;
}
