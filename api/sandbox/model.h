/* The sandbox's own model of an allocation, kept apart from the client's so that each can find the other's
 * mistakes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_MODEL_H
#define SB_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_LIST_MAX 16    /* items of a list that are stored */
#define SB_NUMBERS_MAX 10 /* numbers of one party that the API takes */
#define SB_ITEM_MAX 17    /* "+", 15 digits, NUL; PINs are shorter */
#define SB_ID_MAX 64
#define SB_TENANT_MAX 129

enum sb_kind { SB_PIN, SB_VN };
enum sb_dialect { SB_PARTY, SB_FLAT, SB_BOTH };
enum sb_side { SB_A, SB_B };

/* Numbers, VNs or PINs; an empty item is a PIN of null. */
struct sb_list {
    int count;
    char item[SB_LIST_MAX][SB_ITEM_MAX];
};

struct sb_party {
    struct sb_list numbers;
    struct sb_list vns;
    struct sb_list pins; /* GreenPin: at most one */
};

/* One allocation. Owns ident and custom. */
struct sb_alloc {
    int64_t seq; /* order of creation; the first seeded one is 1 */
    char id[SB_ID_MAX];
    char tenant[SB_TENANT_MAX]; /* "" belongs to any tenant that asks */
    enum sb_kind kind;
    enum sb_dialect born; /* the dialect it was created in */
    char *ident;          /* transaction_id or connection_id; NULL none */
    char *custom;         /* custom_field; NULL none */
    struct sb_party side[2];
    bool oneway;
    bool record;
    int attempts;
    int64_t calls;
    int64_t created_at; /* seconds since 1970, as all times here */
    int64_t ends_at;    /* 0 has no end */
    int64_t deleted_at; /* 0 not deallocated by hand */
    bool stored;        /* has a row in the database; else seeded and never changed */
};

/* Frees the texts and zeroes the object. */
void sb_alloc_clear(struct sb_alloc *alloc);

/* Whether it is active at that time: neither deallocated nor past its end. */
bool sb_alloc_alive(const struct sb_alloc *alloc, int64_t now);

/* Adds an item unless it is there; false where the list is full or the item too long. */
bool sb_list_add(struct sb_list *list, const char *item);
bool sb_list_has(const struct sb_list *list, const char *item);

/* Joins by commas into out; reads back what was joined. Room of SB_JOINED_MAX always suffices. */
#define SB_JOINED_MAX (SB_LIST_MAX * SB_ITEM_MAX + 1)
void sb_list_join(const struct sb_list *list, char out[SB_JOINED_MAX]);
void sb_list_split(struct sb_list *list, const char *joined);

#endif
