/* Faults: the words of --fail, and the dice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sb.h"

enum scope { ANY, BULK };

struct kind {
    const char *name;
    enum scope scope;
    const char *help;
};

static const struct kind kinds[] = {
    {"", ANY, ""},
#define FAULT(name, text, scope, help) {text, scope, help},
#include "faults.def"
#undef FAULT
    {"400 to 599", ANY, "answered with this status, nothing was done; 500-after: it was done"},
};

void sb_faults_help(struct gd_buf *out)
{
    for (int i = SB_FAULT_NONE + 1; i <= SB_FAULT_STATUS; i++)
        gd_buf_addf(out, "  %-14s %s\n", kinds[i].name, kinds[i].help);
}

static bool same(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

static bool read_status(const char *text, size_t len, struct sb_rule *rule)
{
    char *end = NULL;
    long status = strtol(text, &end, 10);
    rule->kind = SB_FAULT_STATUS;
    rule->status = (int)status;
    rule->after = same("-after", end, (size_t)(text + len - end));
    return status >= 400 && status <= 599 && (rule->after || end == text + len);
}

static bool read_kind(const char *text, size_t len, struct sb_rule *rule)
{
    for (int i = SB_FAULT_NONE + 1; i < SB_FAULT_STATUS; i++) {
        if (same(kinds[i].name, text, len)) {
            rule->kind = (enum sb_fault)i;
            return true;
        }
    }
    return len >= 3 && read_status(text, len, rule);
}

static bool read_method(const char *text, size_t len, struct sb_rule *rule)
{
    static const char *const methods[] = {"GET", "PUT", "POST", "DELETE", "bulk", "write"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (same(methods[i], text, len)) {
            snprintf(rule->method, sizeof rule->method, "%s", methods[i]);
            return true;
        }
    }
    return false;
}

/* "0.25" is a share, "3" a count of requests. */
static bool read_rate(const char *text, size_t len, struct sb_rule *rule)
{
    char *end = NULL;
    if (memchr(text, '.', len) == NULL) {
        rule->count = strtoll(text, &end, 10);
        return end == text + len && len > 0 && rule->count >= 0;
    }
    rule->count = -1;
    rule->share = strtod(text, &end);
    return end == text + len && rule->share >= 0 && rule->share <= 1;
}

static bool read_rule(const char *text, size_t len, struct sb_rule *rule)
{
    memset(rule, 0, sizeof *rule);
    const char *colon = memchr(text, ':', len);
    if (colon == NULL)
        return false;
    size_t left = (size_t)(colon - text);
    const char *at = memchr(text, '@', left);
    size_t name = at != NULL ? (size_t)(at - text) : left;
    return read_kind(text, name, rule) && (at == NULL || read_method(at + 1, left - name - 1, rule)) &&
           read_rate(colon + 1, len - left - 1, rule);
}

enum gd_rc sb_faults_set(struct sb_faults *faults, const char *text, struct gd_error *err)
{
    struct sb_faults made = {.count = 0};
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        if (made.count == SB_RULES_MAX || !read_rule(text, len, &made.rules[made.count]))
            return gd_fail(err, GD_INPUT, "KIND[@METHOD]:RATE, as cut:1 or 503@PUT:0.1", "'%.*s' is no fault",
                           (int)len, text);
        made.count++;
        text += len + (text[len] == ',');
    }
    *faults = made;
    return GD_OK;
}

static bool fits(const struct sb_rule *rule, const char *method, bool bulk)
{
    if (kinds[rule->kind].scope == BULK && !bulk)
        return false;
    if (strcmp(rule->method, "bulk") == 0)
        return bulk;
    if (strcmp(rule->method, "write") == 0)
        return strcmp(method, "GET") != 0;
    return rule->method[0] == '\0' || strcmp(rule->method, method) == 0;
}

static bool hits(struct sb_rule *rule)
{
    if (rule->count < 0)
        return (double)sb_random(1u << 24) < rule->share * (1u << 24);
    if (rule->count == 0)
        return false;
    rule->count--;
    return true;
}

const struct sb_rule *sb_fault_pick(struct sb_faults *faults, const char *method, bool bulk)
{
    for (int i = 0; i < faults->count; i++) {
        struct sb_rule *rule = &faults->rules[i];
        if (fits(rule, method, bulk) && hits(rule)) {
            rule->hits++;
            return rule;
        }
    }
    return NULL;
}

void sb_faults_write(const struct sb_faults *faults, struct gd_buf *out)
{
    gd_buf_addc(out, '{');
    for (int i = 0; i < faults->count; i++) {
        const struct sb_rule *rule = &faults->rules[i];
        gd_buf_adds(out, i > 0 ? ",\"" : "\"");
        if (rule->kind == SB_FAULT_STATUS)
            gd_buf_addf(out, "%d%s", rule->status, rule->after ? "-after" : "");
        else
            gd_buf_adds(out, kinds[rule->kind].name);
        if (rule->method[0] != '\0')
            gd_buf_addf(out, "@%s", rule->method);
        gd_buf_addf(out, "\":%lld", (long long)rule->hits);
    }
    gd_buf_addc(out, '}');
}
