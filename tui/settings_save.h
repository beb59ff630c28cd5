/* What saving settings and its review share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SETTINGS_SAVE_H
#define TUI_SETTINGS_SAVE_H

#include "settings_job.h"

struct save {
    struct job *job;
    struct gd_settings wanted; /* of the person, for all profiles */
    struct gd_settings change; /* what of it differs, in the profile at hand */
    struct gd_settings known;  /* there */
    bool fresh;                /* known was read now */
    char **profiles;           /* names; NULL: the desk's own alone */
    int n, at;
    struct gd_desk *home, *other; /* other: opened here for one of the profiles */
    struct gd_settings_work *work;
    bool begun;      /* the output is */
    bool several;    /* profiles */
    int good, bad;   /* profiles */
    enum gd_rc last; /* of the last bad one */
};

/* Appends the text of the confirmation. */
void settings_review(const struct save *save, const struct gd_settings_reading *reading, struct gd_buf *out);

/* Tells on standard error what others changed since the last reading, for whoever answered beforehand and
 * sees no question. */
void settings_tell_meanwhile(struct job *job, const struct gd_settings_reading *reading);

#endif
