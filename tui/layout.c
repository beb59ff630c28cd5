/* The layout. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layout.h"

enum {
    BESIDE_W = 110,     /* from here the detail stands beside the list … */
    BESIDE_LIST_W = 68, /* … and leaves it at least this */
    STACKED_H = 20,
    DETAIL_LEAST_W = 38,
    DETAIL_MOST_W = 64,
    DETAIL_LEAST_H = 8,
    DETAIL_MOST_H = 16
};

static int between(int n, int least, int most)
{
    return n < least ? least : n > most ? most : n;
}

static void single(struct layout *layout, int focus)
{
    layout->shape = LAYOUT_SINGLE;
    *(focus ? &layout->second : &layout->first) = layout->body;
}

static void beside(struct layout *layout)
{
    struct area body = layout->body;
    int detail = between(body.w * 38 / 100, DETAIL_LEAST_W, DETAIL_MOST_W);

    if (body.w - detail < BESIDE_LIST_W)
        detail = body.w - BESIDE_LIST_W;
    layout->shape = LAYOUT_BESIDE;
    layout->first = (struct area){body.x, body.y, body.w - detail, body.h};
    layout->second = (struct area){body.x + body.w - detail, body.y, detail, body.h};
}

static void stacked(struct layout *layout)
{
    struct area body = layout->body;
    int detail = between(body.h / 2, DETAIL_LEAST_H, DETAIL_MOST_H);

    layout->shape = LAYOUT_STACKED;
    layout->first = (struct area){body.x, body.y, body.w, body.h - detail};
    layout->second = (struct area){body.x, body.y + body.h - detail, body.w, detail};
}

struct layout layout_make(int w, int h, int focus, bool zoom)
{
    struct layout layout = {.shape = LAYOUT_TOO_SMALL, .body = {0, 0, w, h}};

    if (w < LAYOUT_LEAST_W || h < LAYOUT_LEAST_H)
        return layout;
    layout.header = (struct area){0, 0, w, 1};
    layout.footer = (struct area){0, h - 1, w, 1};
    layout.body = (struct area){0, 1, w, h - 2};
    if (!zoom && w >= BESIDE_W)
        beside(&layout);
    else if (!zoom && h >= STACKED_H)
        stacked(&layout);
    else
        single(&layout, focus);
    return layout;
}

struct area layout_centre(struct area area, int want_w, int want_h)
{
    struct area box = {.w = want_w < area.w ? want_w : area.w, .h = want_h < area.h ? want_h : area.h};

    box.x = area.x + (area.w - box.w) / 2;
    box.y = area.y + (area.h - box.h) / 2;
    return box;
}
