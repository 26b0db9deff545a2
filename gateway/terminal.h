#ifndef GATEWAY_TERMINAL_H
#define GATEWAY_TERMINAL_H

/* `gateway ask "…"`: a question in the terminal, over POST /agui of a gateway that runs. Words as they
 * come, then the products in a table; --json prints every event on a line of its own.
 *
 * Returns what main() is to return: 0 when the run ended well, 1 when it did not or nobody answered,
 * 2 for a wrong option. */
int terminal_ask(char *argv[]);

#endif
