/* Copying: what a row holds, as it is shown, or the command that reads it, into the terminal's clipboard.
 * Masked is copied as masked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "console_i.h"
#include "copy.h"
#include "panes.h"
#include "terminal.h"

void copy_text(struct console *console, const char *what, const char *text)
{
    if (console->terminal && !terminal_clip(console->terminal, text, strlen(text)))
        console_say(console, ROLE_WARN, "%s is too long to be copied", what);
    else
        console_say(console, ROLE_GOOD, "%s copied, where the terminal lets it", what);
}

static void copy_row(struct console *console, const struct gd_alloc *alloc, struct gd_buf *out)
{
    struct view view = console_view(console, alloc->row);

    for (int column = 0; column < COLUMN__COUNT; column++) {
        if (column)
            gd_buf_addc(out, '\t');
        describe_cell((enum column)column, alloc, &view, out);
    }
}

/* In single quotes, as a shell reads it. */
static void add_quoted(struct gd_buf *out, const char *text)
{
    gd_buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            gd_buf_adds(out, "'\\''");
        else
            gd_buf_addc(out, *text);
    }
    gd_buf_addc(out, '\'');
}

static void copy_shell(struct console *console, const struct gd_alloc *alloc, struct gd_buf *out)
{
    gd_buf_adds(out, "greendesk --profile ");
    add_quoted(out, console->desk->profile->name);
    gd_buf_adds(out, " get ");
    add_quoted(out, alloc->v[GD_F_ID]);
}

static enum gd_rc copy_curl(struct console *console, const struct gd_alloc *alloc, struct gd_buf *out,
                            struct gd_error *err)
{
    struct gd_request_text request = {0};
    struct gd_buf url;
    enum gd_rc rc = gd_call_text(console->desk, GD_CALL_GET, gd_desk_dialect(console->desk), alloc->kind,
                                 alloc->v[GD_F_ID], NULL, &request, err);

    if (rc != GD_OK)
        return rc;
    gd_buf_init(&url, 16 * 1024);
    gd_buf_addf(&url, "%s%s", console->desk->profile->base_url, request.path);
    gd_buf_adds(out, "curl -u \"$ACCOUNT_SID:$TOKEN\" ");
    add_quoted(out, url.data);
    gd_buf_free(&url);
    gd_request_text_clear(&request);
    return rc;
}

enum gd_rc copy_here(struct console *console, enum copy what, struct gd_error *err)
{
    static const char *const names[] = {"the id", "the row", "the shell command", "the curl command"};
    const struct gd_alloc *alloc = console_here(console);
    struct gd_buf text;
    enum gd_rc rc = GD_OK;

    if (!alloc || !alloc->v[GD_F_ID])
        return gd_fail(err, GD_INPUT, NULL, "there is no row to copy");
    gd_buf_init(&text, COPY_MOST);
    if (what == COPY_ID)
        gd_buf_adds(&text, alloc->v[GD_F_ID]);
    else if (what == COPY_ROW)
        copy_row(console, alloc, &text);
    else if (what == COPY_SHELL)
        copy_shell(console, alloc, &text);
    else
        rc = copy_curl(console, alloc, &text, err);
    if (rc == GD_OK)
        rc = gd_buf_check(&text, names[what], err);
    if (rc == GD_OK)
        copy_text(console, names[what], text.data);
    gd_buf_wipe(&text);
    return rc;
}

static void chosen(void *arg, int i)
{
    struct console *console = arg;
    struct gd_error err = {0};

    if (copy_here(console, (enum copy)i, &err) != GD_OK)
        console_fail(console, &err);
}

void copy_choose(struct console *console)
{
    static const char *const words[] = {"its id", "the row, as it is shown",
                                        "the shell command that reads it",
                                        "the curl command that reads it (credentials as placeholders)"};
    size_t n = sizeof words / sizeof *words;
    char **texts = gd_calloc(n + 1, sizeof *texts);

    for (size_t i = 0; texts && i < n; i++)
        texts[i] = gd_strdup(words[i]);
    if (texts)
        console_push(console, pane_choose_new(console, "Copy", texts, 1, chosen, console));
}
