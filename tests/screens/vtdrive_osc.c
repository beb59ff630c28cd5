/* vtdrive: growable bytes, and the titles and clipboard writes in a program's output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtdrive.h"

#include <stdlib.h>
#include <string.h>

void bytes_add(struct bytes *bytes, const char *data, size_t len)
{
    size_t fits = bytes->max > bytes->len ? bytes->max - bytes->len : 0;

    if (len > fits) {
        bytes->dropped += len - fits;
        len = fits;
    }
    if (bytes->len + len + 1 > bytes->room) {
        size_t room = (bytes->len + len + 1) * 2;
        char *grown = realloc(bytes->data, room);

        if (!grown)
            abort();
        bytes->data = grown;
        bytes->room = room;
    }
    if (len > 0)
        memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    bytes->data[bytes->len] = '\0';
}

void bytes_clear(struct bytes *bytes)
{
    bytes->len = 0;
    bytes->dropped = 0;
    if (bytes->data)
        bytes->data[0] = '\0';
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){ 0 };
}

/* A whole command: its number, a semicolon, its text. */
static void osc_done(struct term *term)
{
    const char *body = term->osc.body.data ? term->osc.body.data : "";
    const char *text = strchr(body, ';');
    struct bytes *into = NULL;

    if (text && (!strncmp(body, "0;", 2) || !strncmp(body, "2;", 2)))
        into = &term->title;
    else if (text && !strncmp(body, "52;", 3))
        into = &term->clip;
    if (into) {
        bytes_clear(into);
        bytes_add(into, text + 1, term->osc.body.len - (size_t)(text + 1 - body));
    }
    bytes_clear(&term->osc.body);
}

/* libvterm hands these over differently in each version, and 0.1 drops clipboard writes. */
static void osc_byte(struct term *term, char c)
{
    struct osc_scan *osc = &term->osc;

    switch (osc->state) {
    case OSC_TEXT:
        if (c == '\033')
            osc->state = OSC_ESCAPE;
        break;
    case OSC_ESCAPE:
        osc->state = c == ']' ? OSC_BODY : c == '\033' ? OSC_ESCAPE : OSC_TEXT;
        break;
    case OSC_BODY:
        if (c == '\007') {
            osc_done(term);
            osc->state = OSC_TEXT;
        } else if (c == '\033') {
            osc->state = OSC_BODY_ESCAPE;
        } else {
            bytes_add(&osc->body, &c, 1);
        }
        break;
    case OSC_BODY_ESCAPE:
        if (c == '\\')
            osc_done(term);
        else
            bytes_clear(&osc->body);
        osc->state = c == ']' ? OSC_BODY : OSC_TEXT;
        break;
    }
}

void osc_feed(struct term *term, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        osc_byte(term, data[i]);
}
