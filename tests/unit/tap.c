/* Prints the cases of a unit test as TAP on standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases;
static int failures;

/* Prints text so that nothing in it reads as TAP: controls as \xNN, # as it is only in diagnostics. */
static void put_escaped(const char *text, bool keep_hash)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < ' ' || c == 0x7f)
            printf("\\x%02x", c);
        else if (c == '#' && !keep_hash)
            fputs("(hash)", stdout);
        else
            putchar(c);
    }
}

TAP_PRINTF(1, 0) static void put_formatted(const char *fmt, va_list args, bool keep_hash)
{
    char line[1000];

    vsnprintf(line, sizeof line, fmt, args);
    put_escaped(line, keep_hash);
    putchar('\n');
}

TAP_PRINTF(2, 0) static bool report(bool got, const char *name, va_list args)
{
    cases++;
    failures += !got;
    printf("%sok %d - ", got ? "" : "not ", cases);
    put_formatted(name, args, false);
    fflush(stdout);
    return got;
}

static void show(const char *label, const char *text)
{
    printf("#   %s ", label);
    put_escaped(text ? text : "(null)", true);
    putchar('\n');
    fflush(stdout);
}

bool ok(bool got, const char *name, ...)
{
    va_list args;

    va_start(args, name);
    report(got, name, args);
    va_end(args);
    return got;
}

bool is_int(long long got, long long want, const char *name, ...)
{
    va_list args;

    va_start(args, name);
    report(got == want, name, args);
    va_end(args);
    if (got != want)
        diag("  got %lld, want %lld", got, want);
    return got == want;
}

bool is_str(const char *got, const char *want, const char *name, ...)
{
    bool same = got && want ? strcmp(got, want) == 0 : got == want;
    va_list args;

    va_start(args, name);
    report(same, name, args);
    va_end(args);
    if (!same) {
        show("got ", got);
        show("want", want);
    }
    return same;
}

bool has_str(const char *got, const char *part, const char *name, ...)
{
    bool found = got && part && strstr(got, part);
    va_list args;

    va_start(args, name);
    report(found, name, args);
    va_end(args);
    if (!found) {
        show("got         ", got);
        show("want in it  ", part);
    }
    return found;
}

void skip(int how_many, const char *reason, ...)
{
    va_list args;

    for (int i = 0; i < how_many; i++) {
        printf("ok %d # SKIP ", ++cases);
        va_start(args, reason);
        put_formatted(reason, args, false);
        va_end(args);
    }
    fflush(stdout);
}

void diag(const char *fmt, ...)
{
    va_list args;

    fputs("# ", stdout);
    va_start(args, fmt);
    put_formatted(fmt, args, true);
    va_end(args);
    fflush(stdout);
}

_Noreturn void bail_out(const char *reason, ...)
{
    va_list args;

    fputs("Bail out! ", stdout);
    va_start(args, reason);
    put_formatted(reason, args, true);
    va_end(args);
    fflush(stdout);
    exit(EXIT_FAILURE);
}

int done_testing(void)
{
    printf("1..%d\n", cases);
    if (failures > 0)
        diag("%d of %d failed", failures, cases);
    fflush(stdout);
    return cases > 0 && failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
