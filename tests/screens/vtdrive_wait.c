/* vtdrive: the commands that wait for the screen, for silence, or for the program's end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtdrive.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000L + ts.tv_nsec / 1000000L;
}

void answer_no(const char *reason)
{
    printf("no %s\n", reason);
}

/* What a wait looks for: a regular expression, or a text that is there, or one that is gone. */
struct sought {
    bool is_regex, gone;
    regex_t regex;
    const char *text;
};

static bool is_there(struct term *term, const struct sought *sought)
{
    char *text = term_text(term);
    bool found = sought->is_regex ? !regexec(&sought->regex, text, 0, NULL, 0)
                                  : strstr(text, sought->text) != NULL;

    free(text);
    return found != sought->gone;
}

/* The end of the program is no reason to stop before all of its output was read. */
static void wait_for(struct term *term, long ms, const struct sought *sought)
{
    long deadline = now_ms() + ms;

    while (!is_there(term, sought)) {
        long left = deadline - now_ms();

        if (left <= 0 || term->told_to_end) {
            answer_no("deadline");
            return;
        }
        if (term->ended) {
            term_pump(term, 0, -1);
            if (!is_there(term, sought)) {
                answer_no("the program has ended");
                return;
            }
            break;
        }
        term_pump(term, (int)left, -1);
    }
    puts("ok 0");
}

/* The number of milliseconds at *args, which is moved on to what follows the blank. */
static long take_ms(char **args)
{
    char *end;
    long ms = strtol(*args, &end, 10);

    if (end == *args || ms < 0)
        return -1;
    *args = *end == ' ' ? end + 1 : end;
    return ms;
}

void do_wait(struct term *term, char *args)
{
    struct sought sought = { .is_regex = true };
    long ms = take_ms(&args);

    if (ms < 0 || regcomp(&sought.regex, args, REG_EXTENDED | REG_NOSUB | REG_NEWLINE)) {
        answer_no("wait MS REGEX");
        return;
    }
    wait_for(term, ms, &sought);
    regfree(&sought.regex);
}

static void wait_text(struct term *term, char *args, bool gone)
{
    long ms = take_ms(&args);
    struct sought sought = { .gone = gone, .text = args };

    if (ms < 0 || !*args)
        answer_no("MS TEXT");
    else
        wait_for(term, ms, &sought);
}

void do_find(struct term *term, char *args)
{
    wait_text(term, args, false);
}

void do_wait_gone(struct term *term, char *args)
{
    wait_text(term, args, true);
}

/* Until output came after that which `dump` counted: no output is missed between a look and the next. */
void do_wait_more(struct term *term, char *args)
{
    long ms = take_ms(&args), seen = take_ms(&args);
    long deadline = now_ms() + ms;

    while ((long)term->reads == seen && !term->ended && !term->told_to_end && now_ms() < deadline)
        term_pump(term, (int)(deadline - now_ms()), -1);
    if ((long)term->reads != seen)
        puts("ok 0");
    else
        answer_no(term->ended ? "the program has ended" : "deadline");
}

void do_wait_quiet(struct term *term, char *args)
{
    long ms = take_ms(&args), quiet = take_ms(&args);
    long deadline = now_ms() + ms, since = now_ms();
    unsigned long reads = term->reads;

    if (ms < 0 || quiet < 0) {
        answer_no("wait-quiet MS QUIET");
        return;
    }
    while (!term->ended && now_ms() - since < quiet) {
        if (now_ms() >= deadline || term->told_to_end) {
            answer_no("deadline");
            return;
        }
        term_pump(term, (int)(quiet - (now_ms() - since)), -1);
        if (term->reads != reads) {
            reads = term->reads;
            since = now_ms();
        }
    }
    puts("ok 0");
}

void do_wait_exit(struct term *term, char *args)
{
    long deadline = now_ms() + take_ms(&args);

    while (!term->ended && !term->told_to_end && now_ms() < deadline)
        term_pump(term, (int)(deadline - now_ms()), -1);
    if (term->ended)
        puts("ok 0");
    else
        answer_no("deadline");
}
