/* Lists of the search index: which rows of a segment, by their ranks in it, hold a gram. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_POSTINGS_H
#define GD_POSTINGS_H

#include "bits.h"
#include "buf.h"

#define SEGMENT_ROWS 65536 /* ranks are 0 to one less */
#define SEGMENT_WORDS BITS_WORDS(SEGMENT_ROWS)

/* Appends a number as 7 bits a byte, the lowest first. */
void postings_varint_put(struct gd_buf *out, uint64_t value);

/* Reads one; false at the end or where it is damaged. *at walks up to end. */
static inline bool postings_varint_get(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    uint64_t read = 0;

    for (int shift = 0; *at < end && shift < 63; shift += 7) {
        unsigned char byte = *(*at)++;

        read |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = read;
            return true;
        }
    }
    return false;
}

/* Appends the ranks that are set, of n in the segment, in the shortest form; nothing for none. */
void postings_put(struct gd_buf *out, const uint64_t *bits, size_t n);

/* Sets the ranks of a list in bits; those of n and above are ignored. */
void postings_get(const void *list, size_t len, uint64_t *bits, size_t n);

/* A list that grows rank by rank, upwards; zero-initialised but for its gram. */
struct postings {
    uint32_t gram;
    uint32_t count;
    uint32_t next; /* one above the last rank */
    uint32_t len, room;
    unsigned char *gaps;
};

/* Makes room for a rank's bytes; false where memory ran out. */
bool postings_grow(struct postings *list);

/* Appends a rank unless it is the last already; false where memory ran out. */
static inline bool postings_add(struct postings *list, uint32_t rank)
{
    uint32_t gap = rank - list->next;

    if (rank + 1 == list->next)
        return true;
    if (list->len + 3 > list->room && !postings_grow(list))
        return false;
    for (; gap >= 0x80; gap >>= 7)
        list->gaps[list->len++] = (unsigned char)(gap | 0x80);
    list->gaps[list->len++] = (unsigned char)gap;
    list->next = rank + 1;
    list->count++;
    return true;
}

/* Wipes and frees its bytes. */
void postings_clear(struct postings *list);

/* Appends the list, of n in the segment, in the form of postings_put. */
void postings_finish(const struct postings *list, size_t n, struct gd_buf *out);

#endif
