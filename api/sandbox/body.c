/* Reading request bodies: each key by its row, numbers completed and checked as the service does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "body.h"

#include <stdio.h>
#include <string.h>

#include "../duration.h"
#include "../number.h"

#define IDENT_MAX 65536
#define CUSTOM_MAX 256 /* characters */

/* What a reader needs beside key and value. */
struct reader {
    const struct sb_account *account;
    enum sb_kind kind;
    enum sb_action action;
    struct sb_change *out;
    struct sb_no *no;
};

typedef bool read_fn(struct reader *r, const char *key, const json_t *value);

static bool read_text(struct reader *r, const char *key, const json_t *value, size_t max, const char **out)
{
    *out = json_string_value(value);
    if (*out == NULL || **out == '\0' || strlen(*out) > max)
        return sb_refuse(r->no, 5, "%s must be a text of 1 to %zu bytes", key, max);
    return true;
}

static bool read_id(struct reader *r, const char *key, const json_t *value)
{
    return read_text(r, key, value, IDENT_MAX, &r->out->id);
}

static bool read_ident(struct reader *r, const char *key, const json_t *value)
{
    return read_text(r, key, value, IDENT_MAX, &r->out->ident);
}

/* Digits alone, perhaps after a +; completed by the account's country where there is none. */
static bool read_number(struct reader *r, const char *key, const json_t *value, bool person,
                        char out[GD_NUMBER_MAX])
{
    const char *text = json_string_value(value);
    struct gd_error err = {0};
    if (text == NULL)
        return sb_refuse(r->no, 5, "%s must hold numbers as texts", key);
    const char *digits = text + (text[0] == '+');
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 15)
        return sb_refuse(r->no, 16, "%s: %.40s", key, text);
    if (text[0] == '+' && gd_number_valid(text))
        snprintf(out, GD_NUMBER_MAX, "%s", text);
    else if (text[0] == '+' || gd_number_parse(text, r->account->country, out, NULL, &err) != GD_OK)
        return sb_refuse(r->no, 16, "%s: %.40s", key, text);
    const struct gd_country *home = gd_country_find(r->account->country);
    if (person && !r->account->intl && home != NULL && strncmp(out + 1, home->code, strlen(home->code)) != 0)
        return sb_refuse(r->no, 16, "%s: %.40s is international, and common.intl_num_sup is false", key,
                         text);
    return true;
}

static size_t times_in(const json_t *list, const char *text)
{
    size_t times = 0, i;
    json_t *item;
    json_array_foreach(list, i, item) {
        const char *other = json_string_value(item);
        times += other != NULL && strcmp(other, text) == 0;
    }
    return times;
}

static bool all_doubled(const json_t *list)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        if (!json_is_string(item) || times_in(list, json_string_value(item)) < 2)
            return false;
    }
    return json_array_size(list) > 0;
}

static bool read_list(struct reader *r, const char *key, const json_t *value, bool person,
                      struct sb_list *out)
{
    size_t max = person ? SB_NUMBERS_MAX : SB_LIST_MAX, i;
    json_t *item;
    if (!json_is_array(value) || json_array_size(value) == 0 || json_array_size(value) > max)
        return sb_refuse(r->no, 5, "%s must be a list of 1 to %zu numbers", key, max);
    if (person && all_doubled(value))
        return sb_refuse(r->no, 13, "%s", key);
    json_array_foreach(value, i, item) {
        char number[GD_NUMBER_MAX];
        if (!read_number(r, key, item, person, number))
            return false;
        sb_list_add(out, number);
    }
    return true;
}

static bool read_pin(struct reader *r, const char *key, const json_t *value, struct sb_list *out)
{
    const char *pin = json_string_value(value);
    if (pin == NULL || *pin == '\0' || strlen(pin) > 9 || strspn(pin, "0123456789") != strlen(pin))
        return sb_refuse(r->no, 5, "%s.pin must be a text of 1 to 9 digits", key);
    return sb_list_add(out, pin);
}

/* 3 or "3": the published examples hold both. */
static bool read_pin_length(struct reader *r, const char *key, const json_t *value, int *out)
{
    json_int_t length = json_integer_value(value);
    const char *text = json_string_value(value);
    if (text != NULL && strlen(text) == 1)
        length = text[0] - '0';
    if (length < 1 || length > 9)
        return sb_refuse(r->no, 5, "%s.pin_length must be 1 to 9", key);
    *out = (int)length;
    return true;
}

static bool read_party(struct reader *r, const char *key, const json_t *value)
{
    struct sb_side_change *side = &r->out->side[key[0] == 'a' ? SB_A : SB_B];
    if (!json_is_object(value) || json_object_size(value) == 0)
        return sb_refuse(r->no, 5, "%s must be an object that holds something", key);
    const char *name;
    json_t *part;
    json_object_foreach((json_t *)value, name, part) {
        char whole[40];
        snprintf(whole, sizeof whole, "%s.%.30s", key, name);
        bool good = true;
        if (strcmp(name, "numbers") == 0)
            good = side->numbers = read_list(r, whole, part, true, &side->party.numbers);
        else if (strcmp(name, "vns") == 0)
            good = side->vns = read_list(r, whole, part, false, &side->party.vns);
        else if (strcmp(name, "pin") == 0)
            good = side->pins = read_pin(r, key, part, &side->party.pins);
        else if (strcmp(name, "pin_length") == 0)
            good = read_pin_length(r, key, part, &side->pin_length);
        else
            good = sb_refuse(r->no, 5, "%s is not known", whole);
        if (!good)
            return false;
    }
    return true;
}

static bool read_usage(struct reader *r, const char *key, const json_t *value)
{
    const char *text = json_string_value(value);
    r->out->usage = true;
    r->out->oneway = text != NULL && strcmp(text, "oneway") == 0;
    if (text == NULL || (!r->out->oneway && strcmp(text, "twoway") != 0))
        return sb_refuse(r->no, 5, "%s must be oneway or twoway", key);
    return true;
}

static bool read_policy(struct reader *r, const char *key, const json_t *value)
{
    const char *text = json_string_value(json_object_get(value, "duration"));
    struct gd_error err = {0};
    if (json_object_size(value) != 1 || text == NULL ||
        gd_duration_parse(text, &r->out->duration, &err) != GD_OK || r->out->duration <= 0)
        return sb_refuse(r->no, 5, "%s must be {\"duration\": \"<n>s\"} with unit d, h, m or s", key);
    return true;
}

static bool read_seconds(struct reader *r, const char *key, const json_t *value)
{
    json_int_t min = r->kind == SB_PIN ? GD_DURATION_MIN : 1;
    if (!json_is_integer(value))
        return sb_refuse(r->no, 5, "%s must be an integer of seconds", key);
    r->out->duration = json_integer_value(value);
    if (r->out->duration < min || r->out->duration > GD_DURATION_MAX)
        return sb_refuse_http(r->no, 422, "%s must be %d to %d seconds", key, (int)min, GD_DURATION_MAX);
    return true;
}

static bool read_attempts(struct reader *r, const char *key, const json_t *value)
{
    json_int_t attempts = json_integer_value(value);
    if (attempts < 1 || attempts > 1000000)
        return sb_refuse(r->no, 5, "%s must be an integer from 1", key);
    r->out->attempts = (int)attempts;
    return true;
}

static bool read_record(struct reader *r, const char *key, const json_t *value)
{
    if (!json_is_boolean(value))
        return sb_refuse(r->no, 5, "%s must be true or false", key);
    r->out->recording = true;
    r->out->record = json_is_true(value);
    return true;
}

static bool read_custom(struct reader *r, const char *key, const json_t *value)
{
    r->out->custom = json_string_value(value);
    size_t characters = 0;
    for (const char *at = r->out->custom; at != NULL && *at != '\0'; at++)
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    if (r->out->custom == NULL || characters > CUSTOM_MAX)
        return sb_refuse(r->no, 5, "%s must be a text of at most %d characters", key, CUSTOM_MAX);
    return true;
}

/* The flat dialect's VN is that of both sides. */
static bool read_caller_id(struct reader *r, const char *key, const json_t *value)
{
    char number[GD_NUMBER_MAX];
    if (!read_number(r, key, value, false, number))
        return false;
    for (int side = 0; side < 2; side++) {
        r->out->side[side].vns = true;
        sb_list_add(&r->out->side[side].party.vns, number);
    }
    return true;
}

static bool read_from_to(struct reader *r, const char *key, const json_t *value)
{
    struct sb_side_change *side = &r->out->side[key[0] == 'f' ? SB_A : SB_B];
    char number[GD_NUMBER_MAX];
    side->numbers = true;
    if (!json_is_string(value) || r->kind != SB_PIN || r->action != SB_DO_CREATE)
        return read_list(r, key, value, true, &side->party.numbers);
    side->as_text = true;
    return read_number(r, key, value, true, number) && sb_list_add(&side->party.numbers, number);
}

static bool read_vn_numbers(struct reader *r, const char *key, const json_t *value)
{
    struct sb_side_change *side = &r->out->side[key[0] == 'a' ? SB_A : SB_B];
    side->numbers = true;
    return read_list(r, key, value, true, &side->party.numbers);
}

static bool read_vn_pins(struct reader *r, const char *key, const json_t *value)
{
    struct sb_side_change *side = &r->out->side[key[0] == 'a' ? SB_A : SB_B];
    size_t i;
    json_t *item;
    side->pins = true;
    if (!json_is_array(value) || json_array_size(value) > SB_NUMBERS_MAX)
        return sb_refuse(r->no, 5, "%s must be a list of at most %d integers", key, SB_NUMBERS_MAX);
    json_array_foreach(value, i, item) {
        char pin[SB_ITEM_MAX];
        json_int_t number = json_integer_value(item);
        if (number < 1 || number > 999999999)
            return sb_refuse(r->no, 5, "%s must hold integers from 1 to 999999999", key);
        snprintf(pin, sizeof pin, "%lld", (long long)number);
        sb_list_add(&side->party.pins, pin);
    }
    return true;
}

static bool read_strictness(struct reader *r, const char *key, const json_t *value)
{
    const char *text = json_string_value(value);
    r->out->strict = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || (!r->out->strict && strcmp(text, "false") != 0))
        return sb_refuse(r->no, 5, "%s must be \"true\" or \"false\"", key);
    return true;
}

static bool read_wish(struct reader *r, const char *name, const json_t *value)
{
    struct sb_wish *wish = &r->out->wish;
    const char *text = json_string_value(value);
    const char *type = r->action == SB_DO_CREATE ? "type" : "number_type";
    if (text == NULL)
        return sb_refuse(r->no, 5, "preferences.%.30s must be a text", name);
    if (strcmp(name, "greenvn") == 0)
        return read_number(r, "preferences.greenvn", value, false, wish->number);
    if (strcmp(name, "pin_code") == 0)
        return true;
    if (strcmp(name, "region") == 0) {
        if (!sb_region_known(text))
            return sb_refuse(r->no, 15, "%.20s", text);
        snprintf(wish->region, sizeof wish->region, "%s", text);
        return true;
    }
    wish->type = text[0];
    if (strcmp(name, type) != 0 || (strcmp(text, "mobile") != 0 && strcmp(text, "landline") != 0))
        return sb_refuse(r->no, 5, "preferences.%.30s is not known here, or not mobile or landline", name);
    return true;
}

static bool read_preferences(struct reader *r, const char *key, const json_t *value)
{
    const char *name;
    json_t *part;
    if (!json_is_object(value))
        return sb_refuse(r->no, 5, "%s must be an object", key);
    json_object_foreach((json_t *)value, name, part) {
        if (!read_wish(r, name, part))
            return false;
    }
    return true;
}

static bool read_flow(struct reader *r, const char *key, const json_t *value)
{
    const char *text = r->out->flow = json_string_value(value);
    if (text == NULL)
        return sb_refuse(r->no, 5, "%s must be a text", key);
    if (*text == '\0' || strlen(text) > 12 || strspn(text, "0123456789") != strlen(text))
        return sb_refuse(r->no, 50, "%.40s", text);
    return true;
}

struct key {
    const char *name;
    enum sb_kind kind;
    enum sb_dialect dialect;
    int actions;
    read_fn *read;
};

enum {
    CREATE = SB_DO_CREATE,
    UPDATE = SB_DO_UPDATE,
    ROW = SB_DO_ROW,
    PARTIES = SB_DO_PARTIES,
    NUMBER = SB_DO_NUMBER
};

static const struct key keys[] = {
#define KEY(name, kind, dialect, actions, read) {name, SB_##kind, SB_##dialect, actions, read},
#include "body_keys.def"
#undef KEY
};

/* The row of a key in this body; NULL where it may not stand there. */
static const struct key *key_find(enum sb_kind kind, enum sb_action action, const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].kind == kind && (keys[i].actions & (int)action) != 0 && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

enum sb_dialect sb_body_dialect(enum sb_kind kind, enum sb_action action, const json_t *body)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value) {
        const struct key *key = key_find(kind, action, name);
        if (key != NULL && key->dialect != SB_BOTH)
            return key->dialect;
    }
    return SB_BOTH;
}

static bool read_key(struct reader *r, const char *name, const json_t *value)
{
    const struct key *key = key_find(r->kind, r->action, name);
    if (key == NULL)
        return sb_refuse(r->no, 5, "%.80s is not known here", name);
    if (key->dialect != SB_BOTH && key->dialect != r->out->dialect)
        return sb_refuse(r->no, 5, "%s belongs to the other dialect", name);
    return key->read(r, name, value);
}

bool sb_body_read(const struct sb_account *account, enum sb_kind kind, enum sb_action action,
                  enum sb_dialect spoken, const json_t *body, struct sb_change *out, struct sb_no *no)
{
    struct reader r = {account, kind, action, out, no};
    memset(out, 0, sizeof *out);
    if (!json_is_object(body))
        return sb_refuse(no, 5, "the body must be a JSON object");
    out->dialect = sb_body_dialect(kind, action, body);
    if (out->dialect != SB_BOTH && spoken != SB_BOTH && out->dialect != spoken)
        return sb_refuse(no, 5, "this server speaks the %s dialect only",
                         spoken == SB_FLAT ? "flat" : "party");
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value) {
        if (!read_key(&r, name, value))
            return false;
    }
    return true;
}
