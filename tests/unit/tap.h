/* Cases of a unit test, printed as TAP: a test calls ok and its kin, then returns done_testing(). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

#define TAP_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

/* One case: passes where got holds. All four give back whether it passed; the name is a printf format. */
bool ok(bool got, const char *name, ...) TAP_PRINTF(2, 3);

/* One case: equal numbers; equal texts (NULL equals only NULL); the text holds part. Shows both if not. */
bool is_int(long long got, long long want, const char *name, ...) TAP_PRINTF(3, 4);
bool is_str(const char *got, const char *want, const char *name, ...) TAP_PRINTF(3, 4);
bool has_str(const char *got, const char *part, const char *name, ...) TAP_PRINTF(3, 4);

/* Counts how many cases as passed over, with the reason. */
void skip(int how_many, const char *reason, ...) TAP_PRINTF(2, 3);

/* A line of explanation below the last case. */
void diag(const char *fmt, ...) TAP_PRINTF(1, 2);

/* Ends the program at once: the rest cannot be tested. */
_Noreturn void bail_out(const char *reason, ...) TAP_PRINTF(1, 2);

/* Prints the plan; the exit status for main: 0 where every case passed and there was one at the least. */
int done_testing(void);

#endif
