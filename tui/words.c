/* Splitting a : line into the words of a command. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <string.h>

#include "../api/buf.h"
#include "../api/mem.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

void job_words_free(int argc, char **argv)
{
    if (argv == NULL)
        return;
    for (int i = 0; i < argc; i++)
        gd_wipe_free(&argv[i]);
    gd_free(argv);
}

/* Reads one word from *at on into word: quotes keep blanks, a backslash keeps what follows (in '…' it is a
 * backslash). */
static enum gd_rc one_word(const char **at, struct gd_buf *word, struct gd_error *err)
{
    char quote = '\0';

    for (; **at != '\0'; (*at)++) {
        char c = **at;

        if (c == quote && quote != '\0')
            quote = '\0';
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == '\\' && quote != '\'' && (*at)[1] != '\0')
            gd_buf_addc(word, *++*at);
        else if (quote == '\0' && (c == ' ' || c == '\t'))
            break;
        else
            gd_buf_addc(word, c);
    }
    if (quote != '\0')
        return gd_fail(err, GD_INPUT, "close it, or write \\ before it", "the quote %c is open", quote);
    return gd_buf_check(word, "the word", err);
}

static enum gd_rc add_word(struct gd_buf *word, int *argc, char ***argv, struct gd_error *err)
{
    char **more = gd_realloc(*argv, ((size_t)*argc + 2) * sizeof **argv);

    if (more == NULL)
        return gd_fail_memory(err);
    *argv = more;
    more[*argc] = gd_strdup(word->data);
    if (more[*argc] == NULL)
        return gd_fail_memory(err);
    more[++*argc] = NULL;
    return GD_OK;
}

enum gd_rc job_words(const char *line, int *argc, char ***argv, struct gd_error *err)
{
    struct gd_buf word;
    enum gd_rc rc = GD_OK;

    *argc = 0;
    *argv = NULL;
    gd_buf_init(&word, LINE_MAX_BYTES);
    for (const char *at = line + strspn(line, " \t"); *at != '\0' && rc == GD_OK; at += strspn(at, " \t")) {
        gd_buf_clear(&word);
        rc = one_word(&at, &word, err);
        if (rc == GD_OK)
            rc = add_word(&word, argc, argv, err);
    }
    gd_buf_wipe(&word);
    if (rc != GD_OK) {
        job_words_free(*argc, *argv);
        *argc = 0;
        *argv = NULL;
    }
    return rc;
}
