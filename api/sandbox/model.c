/* The sandbox's model: lists of numbers, and the life of an allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <string.h>

#include "../mem.h"

void sb_alloc_clear(struct sb_alloc *alloc)
{
    gd_free(alloc->ident);
    gd_free(alloc->custom);
    memset(alloc, 0, sizeof *alloc);
}

bool sb_alloc_alive(const struct sb_alloc *alloc, int64_t now)
{
    return alloc->deleted_at == 0 && (alloc->ends_at == 0 || alloc->ends_at > now);
}

static bool append(struct sb_list *list, const char *item, size_t len)
{
    if (list->count >= SB_LIST_MAX || len >= SB_ITEM_MAX)
        return false;
    memcpy(list->item[list->count], item, len);
    list->item[list->count][len] = '\0';
    list->count++;
    return true;
}

bool sb_list_has(const struct sb_list *list, const char *item)
{
    for (int i = 0; i < list->count; i++) {
        if (strcmp(list->item[i], item) == 0)
            return true;
    }
    return false;
}

bool sb_list_add(struct sb_list *list, const char *item)
{
    return sb_list_has(list, item) || append(list, item, strlen(item));
}

void sb_list_join(const struct sb_list *list, char out[SB_JOINED_MAX])
{
    size_t at = 0;
    for (int i = 0; i < list->count; i++) {
        size_t len = strlen(list->item[i]);
        memcpy(out + at, list->item[i], len);
        at += len;
        out[at++] = ',';
    }
    out[at] = '\0';
}

/* Every item is followed by a comma, so that a lone null PIN differs from no PIN at all. */
void sb_list_split(struct sb_list *list, const char *joined)
{
    list->count = 0;
    while (joined != NULL) {
        const char *comma = strchr(joined, ',');
        if (comma == NULL || !append(list, joined, (size_t)(comma - joined)))
            return;
        joined = comma + 1;
    }
}
