/* The layout: which part of the screen belongs to what, for any size. Pure arithmetic. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

#include "canvas.h"

#define LAYOUT_LEAST_W 40 /* below this, one line says so */
#define LAYOUT_LEAST_H 8

enum layout_shape {
    LAYOUT_TOO_SMALL, /* one clear line */
    LAYOUT_SINGLE,    /* one pane at a time */
    LAYOUT_STACKED,   /* the list above, its detail below */
    LAYOUT_BESIDE
};

struct layout {
    enum layout_shape shape;
    struct area header, body, first, second, footer; /* of width or height 0 where not shown */
};

/* Divides a screen of w x h between a first pane, the second beside or below it, and the lines at top and
 * bottom. focus (0 or 1) is the pane shown where there is room for one; zoom shows only that one. */
struct layout layout_make(int w, int h, int focus, bool zoom);

/* A box of at most want_w x want_h in the middle of an area. */
struct area layout_centre(struct area area, int want_w, int want_h);

#endif
