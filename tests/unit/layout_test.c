/* The layout at every size: parts cover the body, none overlap, none leave the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/layout.h"

#include "tap.h"

static bool within(struct area area, int w, int h)
{
    return area.x >= 0 && area.y >= 0 && area.w >= 0 && area.h >= 0 && area.x + area.w <= w &&
           area.y + area.h <= h;
}

static bool overlap(struct area a, struct area b)
{
    if (a.w == 0 || a.h == 0 || b.w == 0 || b.h == 0)
        return false;
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static bool fits(const struct layout *layout, int w, int h)
{
    int inside = layout->first.w * layout->first.h + layout->second.w * layout->second.h;

    return within(layout->header, w, h) && within(layout->footer, w, h) && within(layout->first, w, h) &&
           within(layout->second, w, h) && !overlap(layout->first, layout->second) &&
           !overlap(layout->first, layout->header) && !overlap(layout->second, layout->footer) &&
           inside == layout->body.w * layout->body.h && layout->body.h == h - 2;
}

static void test_all_sizes(void)
{
    int bad = 0, small = 0;

    for (int w = 1; w <= 220; w++) {
        for (int h = 1; h <= 80; h++) {
            for (int focus = 0; focus < 4; focus++) {
                struct layout layout = layout_make(w, h, focus & 1, focus & 2);

                if (layout.shape == LAYOUT_TOO_SMALL)
                    small += w >= LAYOUT_LEAST_W && h >= LAYOUT_LEAST_H;
                else
                    bad += !fits(&layout, w, h);
            }
        }
    }
    is_int(bad, 0, "every size is divided without rest");
    is_int(small, 0, "too small is only what is");
}

static void test_shapes(void)
{
    static const struct {
        int w, h;
        enum layout_shape shape;
    } cases[] = {{20, 5, LAYOUT_TOO_SMALL}, {40, 8, LAYOUT_SINGLE},   {80, 24, LAYOUT_STACKED},
                 {79, 19, LAYOUT_SINGLE},   {120, 36, LAYOUT_BESIDE}, {200, 60, LAYOUT_BESIDE}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_int(layout_make(cases[i].w, cases[i].h, 0, false).shape, cases[i].shape, "%dx%d", cases[i].w,
               cases[i].h);
    is_int(layout_make(120, 36, 1, true).first.w, 0, "zoomed, the other pane is not shown");
    is_int(layout_make(120, 36, 1, true).second.w, 120, "and this one is as wide as the screen");
}

static void test_centre(void)
{
    struct area box = layout_centre((struct area){0, 1, 80, 22}, 40, 10);

    ok(box.x == 20 && box.y == 7 && box.w == 40 && box.h == 10, "in the middle");
    box = layout_centre((struct area){0, 1, 30, 5}, 40, 10);
    ok(box.x == 0 && box.y == 1 && box.w == 30 && box.h == 5, "never larger than the area");
}

int main(void)
{
    test_all_sizes();
    test_shapes();
    test_centre();
    return done_testing();
}
