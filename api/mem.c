/* Memory: the one door to the allocator. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static long fail_in; /* 0: never */

static int fails_now(void)
{
    return fail_in > 0 && --fail_in == 0;
}

void *gd_malloc(size_t size)
{
    return fails_now() ? NULL : malloc(size > 0 ? size : 1);
}

void *gd_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : calloc(count > 0 ? count : 1, size > 0 ? size : 1);
}

void *gd_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : realloc(old, size > 0 ? size : 1);
}

char *gd_strndup(const char *text, size_t len)
{
    char *copy = gd_malloc(len + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *gd_strdup(const char *text)
{
    return gd_strndup(text, strlen(text));
}

void gd_free(void *ptr)
{
    free(ptr);
}

void gd_wipe(void *ptr, size_t len)
{
    explicit_bzero(ptr, len);
}

void gd_wipe_free(char **text)
{
    if (*text == NULL)
        return;
    gd_wipe(*text, strlen(*text));
    gd_free(*text);
    *text = NULL;
}

long gd_mem_fail_after(long n)
{
    long left = fail_in;

    fail_in = n;
    return left;
}

void gd_mem_init(void)
{
    json_set_alloc_funcs(gd_malloc, gd_free);
}
