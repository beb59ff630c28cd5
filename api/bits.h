/* Sets of small numbers as bits in 64-bit words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_BITS_H
#define GD_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS_WORDS(n) (((n) + 63) / 64)

static inline bool bits_has(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void bits_add(uint64_t *bits, size_t i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline void bits_drop(uint64_t *bits, size_t i)
{
    bits[i / 64] &= ~((uint64_t)1 << (i % 64));
}

/* Sets bits 0 to n - 1 and no other of the words. */
static inline void bits_fill(uint64_t *bits, size_t words, size_t n)
{
    for (size_t w = 0; w < words; w++)
        bits[w] = w < n / 64 ? ~(uint64_t)0 : w == n / 64 && n % 64 != 0 ? ((uint64_t)1 << (n % 64)) - 1 : 0;
}

static inline size_t bits_count(const uint64_t *bits, size_t words)
{
    size_t n = 0;

    for (size_t w = 0; w < words; w++)
        n += (size_t)__builtin_popcountll(bits[w]);
    return n;
}

/* The first set bit at or after from, or the last at or before it; -1 where there is none. */
static inline int64_t bits_next(const uint64_t *bits, size_t words, size_t from)
{
    size_t w = from / 64;
    uint64_t word;

    if (w >= words)
        return -1;
    word = bits[w] & ~(uint64_t)0 << (from % 64);
    while (word == 0 && ++w < words)
        word = bits[w];
    return word != 0 ? (int64_t)(w * 64) + __builtin_ctzll(word) : -1;
}

static inline int64_t bits_before(const uint64_t *bits, size_t words, int64_t from)
{
    size_t w;
    uint64_t word;

    if (from < 0 || words == 0)
        return -1;
    if ((size_t)from >= words * 64)
        from = (int64_t)(words * 64) - 1;
    w = (size_t)from / 64;
    word = bits[w] & ~(uint64_t)0 >> (63 - (size_t)from % 64);
    while (word == 0 && w > 0)
        word = bits[--w];
    return word != 0 ? (int64_t)(w * 64) + 63 - __builtin_clzll(word) : -1;
}

#endif
