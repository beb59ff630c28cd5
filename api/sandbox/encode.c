/* Allocations as the service writes them, key by key in the order of its examples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode.h"

#include "../when.h"

static void write_list(struct gd_buf *out, const struct sb_list *list)
{
    gd_buf_addc(out, '[');
    for (int i = 0; i < list->count; i++)
        gd_buf_addf(out, i > 0 ? ",\"%s\"" : "\"%s\"", list->item[i]);
    gd_buf_addc(out, ']');
}

/* A GreenVN's PINs are integers; none at all is told as one null. */
static void write_vn_pins(struct gd_buf *out, const struct sb_list *pins)
{
    gd_buf_addc(out, '[');
    for (int i = 0; i < pins->count; i++)
        gd_buf_addf(out, i > 0 ? ",%s" : "%s", pins->item[i][0] != '\0' ? pins->item[i] : "null");
    gd_buf_adds(out, pins->count == 0 ? "null]" : "]");
}

static void write_member(struct gd_buf *out, const char *name, const char *text)
{
    gd_buf_addf(out, "\"%s\":", name);
    sb_json_text(out, text);
}

static const char *state_text(const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    bool alive = sb_alloc_alive(alloc, shape->now);
    if (shape->dialect == SB_PARTY)
        return alive || shape->view == SB_VIEW_DELETED ? "active" : "vault";
    return alloc->deleted_at != 0 ? "deleted" : alive ? "active" : "expired";
}

static void write_party_side(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc,
                             int side)
{
    const struct sb_party *party = &alloc->side[side];
    gd_buf_addf(out, ",\"%c\":{\"vns\":", 'a' + side);
    write_list(out, &party->vns);
    if (party->numbers.count > 0) {
        gd_buf_adds(out, ",\"numbers\":");
        write_list(out, &party->numbers);
    }
    if (party->pins.count > 0 && shape->account->pin_wanted[side])
        gd_buf_addf(out, ",\"pin\":\"%s\"", party->pins.item[0]);
    gd_buf_addc(out, '}');
}

static void write_party_end(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    char when[GD_WHEN_MAX];
    if (alloc->ends_at == 0)
        return;
    gd_when_format(alloc->ends_at, shape->account->zone, "%Y-%m-%d %H:%M:%S", when);
    gd_buf_addf(out, ",\"deallocation_time\":\"%s\"", when);
}

static void write_party_pin(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    gd_buf_addc(out, '{');
    write_member(out, "transaction_id", alloc->ident);
    gd_buf_addc(out, ',');
    write_member(out, "greenpin_id", alloc->id);
    write_party_side(out, shape, alloc, SB_A);
    write_party_side(out, shape, alloc, SB_B);
    gd_buf_addf(out, ",\"usage\":\"%s\",\"state\":\"%s\"", alloc->oneway ? "oneway" : "twoway",
                state_text(shape, alloc));
    write_party_end(out, shape, alloc);
    gd_buf_addc(out, '}');
}

static void write_party_vn(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    gd_buf_adds(out, "{\"bparty_numbers\":");
    write_list(out, &alloc->side[SB_B].numbers);
    gd_buf_addc(out, ',');
    write_member(out, "connection_id", alloc->ident);
    gd_buf_addf(out, ",\"greenvn\":\"%s\",\"state\":\"%s\",", alloc->side[SB_A].vns.item[0],
                state_text(shape, alloc));
    write_member(out, "greenvn_id", alloc->id);
    gd_buf_adds(out, ",\"aparty_pins\":");
    write_vn_pins(out, &alloc->side[SB_A].pins);
    gd_buf_addf(out, ",\"usage\":\"%s\",\"bparty_pins\":", alloc->oneway ? "oneway" : "twoway");
    write_vn_pins(out, &alloc->side[SB_B].pins);
    gd_buf_adds(out, ",\"aparty_numbers\":");
    write_list(out, &alloc->side[SB_A].numbers);
    if (shape->view == SB_VIEW_READ)
        write_party_end(out, shape, alloc);
    gd_buf_addc(out, '}');
}

/* The answer to another VN is a smaller one, and names the VN otherwise. */
static void write_party_number(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    gd_buf_addc(out, '{');
    write_member(out, "connection_id", alloc->ident);
    gd_buf_adds(out, ",\"aparty_numbers\":");
    write_list(out, &alloc->side[SB_A].numbers);
    gd_buf_adds(out, ",\"bparty_numbers\":");
    write_list(out, &alloc->side[SB_B].numbers);
    gd_buf_addf(out, ",\"usage\":\"%s\",\"state\":\"%s\",\"green_vn\":\"%s\",",
                alloc->oneway ? "oneway" : "twoway", state_text(shape, alloc), alloc->side[SB_A].vns.item[0]);
    write_member(out, "greenvn_id", alloc->id);
    gd_buf_addc(out, '}');
}

static void write_flat_side(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc,
                            int side)
{
    const struct sb_list *numbers = &alloc->side[side].numbers;
    const char *name = side == SB_A ? "from" : "to";
    if (numbers->count == 0 && shape->view == SB_VIEW_CREATED)
        return;
    gd_buf_addf(out, ",\"%s\":", name);
    if (shape->text[side] && numbers->count == 1)
        gd_buf_addf(out, "\"%s\"", numbers->item[0]);
    else
        write_list(out, numbers);
}

static void write_flat_times(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    char when[GD_WHEN_MAX];
    gd_when_rfc3339(alloc->created_at, shape->account->zone, when);
    gd_buf_addf(out, ",\"created_at\":\"%s\"", when);
    if (alloc->ends_at == 0)
        return;
    gd_when_rfc3339(alloc->ends_at, shape->account->zone, when);
    gd_buf_addf(out, ",\"expires_at\":\"%s\"", when);
}

static void write_flat_more(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    if (shape->view == SB_VIEW_UPDATED || (alloc->kind == SB_VN && shape->view == SB_VIEW_READ))
        gd_buf_addf(out, ",\"record\":%s", alloc->record ? "true" : "false");
    if (alloc->custom != NULL) {
        gd_buf_addc(out, ',');
        write_member(out, "custom_field", alloc->custom);
    }
    if (shape->view == SB_VIEW_READ)
        gd_buf_addf(out, ",\"call_count\":%lld", (long long)alloc->calls);
}

static void write_flat_deleted(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    char when[GD_WHEN_MAX];
    gd_buf_addc(out, '{');
    write_member(out, alloc->kind == SB_PIN ? "greenpin_id" : "greenvn_id", alloc->id);
    gd_when_rfc3339(alloc->deleted_at, shape->account->zone, when);
    gd_buf_addf(out, ",\"status\":\"deleted\",\"deleted_at\":\"%s\"}", when);
}

static void write_flat(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    const struct sb_list *vns = &alloc->side[alloc->side[SB_B].vns.count > 0 ? SB_B : SB_A].vns;
    gd_buf_addc(out, '{');
    write_member(out, alloc->kind == SB_PIN ? "greenpin_id" : "greenvn_id", alloc->id);
    gd_buf_addf(out, ",\"virtual_number\":\"%s\"", vns->count > 0 ? vns->item[0] : "");
    if (alloc->kind == SB_PIN && alloc->side[SB_B].pins.count > 0)
        gd_buf_addf(out, ",\"pin\":\"%s\"", alloc->side[SB_B].pins.item[0]);
    write_flat_side(out, shape, alloc, SB_A);
    write_flat_side(out, shape, alloc, SB_B);
    gd_buf_addf(out, ",\"status\":\"%s\"", state_text(shape, alloc));
    if (alloc->kind == SB_PIN)
        write_flat_times(out, shape, alloc);
    write_flat_more(out, shape, alloc);
    if (alloc->kind == SB_VN)
        write_flat_times(out, shape, alloc);
    gd_buf_addc(out, '}');
}

void sb_write_alloc(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    if (shape->dialect == SB_FLAT && shape->view == SB_VIEW_DELETED)
        write_flat_deleted(out, shape, alloc);
    else if (shape->dialect == SB_FLAT)
        write_flat(out, shape, alloc);
    else if (alloc->kind == SB_PIN)
        write_party_pin(out, shape, alloc);
    else if (shape->view == SB_VIEW_NUMBER)
        write_party_number(out, shape, alloc);
    else
        write_party_vn(out, shape, alloc);
}

void sb_write_answer(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc)
{
    if (shape->dialect == SB_FLAT)
        gd_buf_adds(out, "{\"response\":");
    else if (shape->view == SB_VIEW_NUMBER)
        gd_buf_adds(out, "{\"success\":true,\"status\":200,\"data\":");
    else
        sb_envelope(out, shape->method);
    sb_write_alloc(out, shape, alloc);
    gd_buf_addc(out, '}');
}
