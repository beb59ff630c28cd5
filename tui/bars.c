/* Header and foot. The header drops its parts from the least wanted on where the screen is narrow; profile
 * and tenant always stay. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bars.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/http.h"
#include "../api/when.h"
#include "panes.h"

struct part {
    char text[160];
    enum role role;
    int keep; /* the larger, the longer it stays */
};

enum { PARTS_MOST = 8, GAP = 2 };

static void add_part(struct part *parts, int *n, enum role role, int keep, const char *text)
{
    snprintf(parts[*n].text, sizeof parts[*n].text, "%s", text);
    parts[*n].role = role;
    parts[*n].keep = keep;
    ++*n;
}

void bars_title(const struct console *console, char *out, size_t room)
{
    const struct gd_profile *profile = console->desk->profile;

    if (strcmp(profile->name, profile->tenant) == 0)
        snprintf(out, room, "greendesk: %s", profile->name);
    else
        snprintf(out, room, "greendesk: %s, tenant %s", profile->name, profile->tenant);
}

static void add_profile(const struct console *console, struct part *parts, int *n)
{
    const struct gd_profile *profile = console->desk->profile;
    char text[160];

    if (strcmp(profile->name, profile->tenant) == 0)
        snprintf(text, sizeof text, "%.70s", profile->name);
    else
        snprintf(text, sizeof text, "%.70s/%.70s", profile->name, profile->tenant);
    add_part(parts, n, ROLE_BAR_STRONG, 100, text);
    if (profile->protect)
        add_part(parts, n, ROLE_BAR_WARN, 90, "PROTECTED");
    add_part(parts, n, ROLE_BAR, 50, gd_role_name(profile->role));
}

static void add_api(const struct console *console, struct part *parts, int *n)
{
    int64_t ms = console->desk->http ? gd_http_last_ms(console->desk->http) : -1;
    int active = console->desk->http ? gd_http_active(console->desk->http) : 0;
    char text[64];

    if (active > 0)
        snprintf(text, sizeof text, "● api %d under way", active);
    else if (ms >= 0)
        snprintf(text, sizeof text, "● api %" PRId64 " ms", ms);
    else
        snprintf(text, sizeof text, "○ api not asked yet");
    add_part(parts, n, ms >= 0 || active ? ROLE_BAR_GOOD : ROLE_BAR, 30, text);
}

static int gather(const struct console *console, struct part *parts)
{
    char text[64], count[32];
    int n = 0;

    add_part(parts, &n, ROLE_BRAND, 60, " greendesk ");
    add_profile(console, parts, &n);
    add_api(console, parts, &n);
    describe_count(console->known, count, sizeof count);
    snprintf(text, sizeof text, "%s known here", count);
    add_part(parts, &n, ROLE_BAR, 40, text);
    if (console->staged) {
        describe_count(console->staged, count, sizeof count);
        snprintf(text, sizeof text, "%s staged", count);
        add_part(parts, &n, ROLE_BAR_STRONG, 80, text);
    }
    return n;
}

static int parts_width(struct canvas *canvas, const struct part *parts, int n)
{
    int w = 0;

    for (int i = 0; i < n; i++)
        w += canvas_width(canvas, parts[i].text) + GAP;
    return w;
}

static int drop_least(struct part *parts, int n)
{
    int least = 0;

    for (int i = 1; i < n; i++)
        if (parts[i].keep < parts[least].keep)
            least = i;
    memmove(parts + least, parts + least + 1, (size_t)(n - least - 1) * sizeof *parts);
    return n - 1;
}

void bars_header(struct console *console, struct canvas *canvas, struct area area)
{
    const struct gd_place *place = &console->desk->place;
    struct part parts[PARTS_MOST];
    int n = gather(console, parts), x = 0, w;
    char time[GD_WHEN_MAX], clock[GD_WHEN_MAX + 16];

    canvas_fill(canvas, area, ROLE_BAR);
    gd_when_format(gd_now(), place->zone_offset, "%H:%M", time);
    snprintf(clock, sizeof clock, "%s %s%s ", time, gd_zone_name(place->zone_offset),
             place->assumed ? "?" : "");
    w = canvas_width(canvas, clock);
    while (n > 1 && parts_width(canvas, parts, n) + w > area.w)
        n = drop_least(parts, n);
    for (int i = 0; i < n; i++)
        x = canvas_puts(canvas, area, x, 0, parts[i].role, parts[i].text) + GAP;
    if (x + w <= area.w)
        canvas_puts(canvas, area, area.w - w, 0, ROLE_BAR, clock);
}

/* "2 marked, 1 hidden" on the right; returns where it begins. */
static int draw_marked(struct console *console, struct canvas *canvas, struct area area)
{
    int64_t hidden, marked = pane_list_marked(console->list, &hidden);
    char text[96], n[32], m[32];
    int w;

    /* a table of another kind takes its own rows */
    if (marked == 0 || console_focus(console)->class->pick)
        return area.w;
    describe_count(marked, n, sizeof n);
    describe_count(hidden, m, sizeof m);
    snprintf(text, sizeof text, "%s marked%s%s%s ", n, hidden ? ", " : "", hidden ? m : "",
             hidden ? " hidden" : "");
    w = canvas_width(canvas, text);
    canvas_puts(canvas, area, area.w - w, 0, ROLE_MARK, text);
    return area.w - w;
}

static void draw_hints(struct console *console, struct canvas *canvas, struct area area, int right)
{
    const struct hint *hint = console_focus(console)->class->hints;
    int x = 1;

    for (; hint && hint->words; hint++) {
        const char *key = hint->key ? hint->key : console_key(console, hint->command);
        int w = canvas_width(canvas, key) + 1 + canvas_width(canvas, hint->words);

        if (!*key)
            continue;
        if (x + w > right)
            break;
        x = canvas_puts(canvas, area, x, 0, ROLE_FOOT_KEY, key) + 1;
        x = canvas_puts(canvas, area, x, 0, ROLE_FOOT, hint->words) + 2;
    }
}

void bars_foot(struct console *console, struct canvas *canvas, struct area area)
{
    int right;

    canvas_fill(canvas, area, ROLE_FOOT);
    right = draw_marked(console, canvas, area);
    if (console->said[0])
        canvas_fit(canvas, area, 1, 0, right - 2, FIT_LEFT, console->said_role, console->said);
    else
        draw_hints(console, canvas, area, right);
}
