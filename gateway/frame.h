#ifndef GATEWAY_FRAME_H
#define GATEWAY_FRAME_H

#include <stdbool.h>

#define FRAME_POLICY_SIZE 1024

/* Who may show the page inside their own (the option embedders): none, same, *, or https://shop.example,…
 * with commas, where a name may begin with "*.". */

/* Whether EMBEDDERS is one of these, and short enough for a header. */
bool frame_is_readable(const char *embedders);

/* The page's Content-Security-Policy into POLICY. An unreadable EMBEDDERS is none. */
void frame_policy(const char *embedders, char policy[FRAME_POLICY_SIZE]);

#endif
