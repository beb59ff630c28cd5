/* Lists of the search index, as bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A letter for the form, then
 *   A  nothing: all ranks of the segment;
 *   B  a bit for each rank, the lowest first;
 *   G  gaps: the first rank, then each one's distance from the one before less 1, as varints.
 * Read with care: the file is not trusted. */
#include "postings.h"

#include <string.h>

#include "mem.h"

void postings_varint_put(struct gd_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        gd_buf_addc(out, (char)(value | 0x80));
    gd_buf_addc(out, (char)value);
}

/* Whether bits are shorter than gaps, which take a byte each at the least. */
static bool is_dense(size_t count, size_t n)
{
    return count > n / 8;
}

static void put_bits(struct gd_buf *out, const uint64_t *bits, size_t n)
{
    unsigned char bytes[SEGMENT_ROWS / 8];
    size_t len = (n + 7) / 8;

    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(bits[i / 8] >> (i % 8 * 8));
    gd_buf_addc(out, 'B');
    gd_buf_add(out, bytes, len);
}

void postings_put(struct gd_buf *out, const uint64_t *bits, size_t n)
{
    size_t words = BITS_WORDS(n), count = bits_count(bits, words);
    int64_t last = -1;

    if (count == 0)
        return;
    if (count == n) {
        gd_buf_addc(out, 'A');
    } else if (is_dense(count, n)) {
        put_bits(out, bits, n);
    } else {
        gd_buf_addc(out, 'G');
        for (int64_t i = bits_next(bits, words, 0); i >= 0; i = bits_next(bits, words, (size_t)i + 1)) {
            postings_varint_put(out, (uint64_t)(i - last - 1));
            last = i;
        }
    }
}

static void get_gaps(const unsigned char *at, const unsigned char *end, uint64_t *bits, size_t n)
{
    uint64_t gap, rank = (uint64_t)-1;

    while (at < end) {
        if (*at < 0x80)
            gap = *at++;
        else if (!postings_varint_get(&at, end, &gap))
            return;
        rank += gap + 1;
        if (rank >= n)
            return;
        bits_add(bits, rank);
    }
}

void postings_get(const void *list, size_t len, uint64_t *bits, size_t n)
{
    const unsigned char *at = list;
    size_t bytes = (n + 7) / 8;

    if (len == 0)
        return;
    switch (*at++) {
    case 'A':
        for (size_t w = 0; w < n / 64; w++)
            bits[w] = ~(uint64_t)0;
        for (size_t i = n / 64 * 64; i < n; i++)
            bits_add(bits, i);
        break;
    case 'B':
        for (size_t i = 0; i < bytes && i < len - 1; i++)
            bits[i / 8] |= (uint64_t)at[i] << (i % 8 * 8);
        if (n % 64 != 0)
            bits[n / 64] &= ((uint64_t)1 << (n % 64)) - 1;
        break;
    case 'G':
        get_gaps(at, at + len - 1, bits, n);
        break;
    default:
        break;
    }
}

bool postings_grow(struct postings *list)
{
    uint32_t room = list->room > 0 ? list->room * 2 : 16;
    unsigned char *gaps = gd_realloc(list->gaps, room);

    if (gaps == NULL)
        return false;
    list->gaps = gaps;
    list->room = room;
    return true;
}

void postings_clear(struct postings *list)
{
    if (list->gaps != NULL)
        gd_wipe(list->gaps, list->len);
    gd_free(list->gaps);
    *list = (struct postings){0};
}

void postings_finish(const struct postings *list, size_t n, struct gd_buf *out)
{
    uint64_t bits[SEGMENT_WORDS];

    if (list->count != n && !is_dense(list->count, n)) {
        gd_buf_addc(out, 'G');
        gd_buf_add(out, list->gaps, list->len);
        return;
    }
    memset(bits, 0, BITS_WORDS(n) * sizeof *bits);
    get_gaps(list->gaps, list->gaps + list->len, bits, n);
    postings_put(out, bits, n);
}
