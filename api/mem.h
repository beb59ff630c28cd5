/* Memory: the one door to the allocator, so that a test can make each allocation fail in turn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_MEM_H
#define GD_MEM_H

#include <stddef.h>

/* As malloc, calloc, realloc, strdup, strndup and free; NULL on failure. */
void *gd_malloc(size_t size);
void *gd_calloc(size_t count, size_t size);
void *gd_realloc(void *old, size_t size);
char *gd_strdup(const char *text);
char *gd_strndup(const char *text, size_t len);
void gd_free(void *ptr);

/* Overwrites len bytes so that the compiler cannot leave it out. */
void gd_wipe(void *ptr, size_t len);

/* Wipes and frees a text that held a secret, and sets the pointer to NULL. */
void gd_wipe_free(char **text);

/* Makes the n-th allocation from now fail (1 is the next; 0 turns it off); jansson's allocations count too.
 * Returns what was left of the count set before: 0 where that allocation has failed. For tests. */
long gd_mem_fail_after(long n);

/* Sends jansson's allocations through this module; called once at start. */
void gd_mem_init(void);

#endif
