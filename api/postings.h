/* Lists of the search index: which rows of a segment, by their ranks in it, hold a gram. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_POSTINGS_H
#define GD_POSTINGS_H

#include "bits.h"
#include "buf.h"

#define SEGMENT_ROWS 65536 /* ranks are 0 to one less */
#define SEGMENT_WORDS BITS_WORDS(SEGMENT_ROWS)

/* Appends a number as 7 bits a byte, the lowest first. */
void varint_put(struct gd_buf *out, uint64_t value);

/* Reads one; false at the end or where it is damaged. *at walks up to end. */
static inline bool varint_get(const unsigned char **at, const unsigned char *end, uint64_t *value)
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

/* A list that grows rank by rank, upwards. */
struct postings {
    uint32_t gram;
    uint32_t count;
    int32_t last; /* -1 for none */
    struct gd_buf gaps;
};

/* Appends a rank unless it is the last already. */
void postings_add(struct postings *list, uint32_t rank);

/* Appends the list, of n in the segment, in the form of postings_put. */
void postings_finish(const struct postings *list, size_t n, struct gd_buf *out);

#endif
