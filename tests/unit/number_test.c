/* Phone numbers: every notation, every country row, masks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define DOTS "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

static const struct {
    const char *text, *country, *want; /* want NULL: refused */
    bool completed;
} parses[] = {
    {"+919876546144", "IN", "+919876546144", false},
    {" +91 98765-46144 ", "IN", "+919876546144", false},
    {"+91 (0) 98765 46144", "IN", "+919876546144", false},
    {"+91 098765 46144", "IN", "+919876546144", false},
    {"(+91) 98765.46144", "IN", "+919876546144", false},
    {"00919876546144", "IN", "+919876546144", false},
    {"00 44 20 7946 0018", "IN", "+442079460018", false},
    {"098765 43210", "IN", "+919876543210", true},
    {"9876543210", "IN", "+919876543210", true},
    {"9876543210", "in", "+919876543210", true},
    {"919876543210", "IN", "+919876543210", true},
    {"98765 43210", "IN", "+919876543210", true},
    {"98765\xc2\xa0"
     "43210",
     "IN", "+919876543210", true},
    {"\xe2\x80\xaa+91 98765\xe2\x80\x91"
     "43210\xe2\x80\xac",
     "IN", "+919876543210", false},
    {"080-4000 1234", "IN", "+918040001234", true},
    {"020 7946 0018", "GB", "+442079460018", true},
    {"(202) 555-0143", "US", "+12025550143", true},
    {"1 202 555 0143", "US", "+12025550143", true},
    {"011 91 98765 43210", "US", "+919876543210", false},
    {"011 91 098765 43210", "US", "+919876543210", false},
    {"555-0143", "BS", "+12425550143", true},
    {"242 555 0143", "BS", "+12425550143", true},
    {"1 242 555 0143", "BS", "+12425550143", true},
    {"8 912 345 67 89", "RU", "+79123456789", true},
    {"800 123 45 67", "RU", "+78001234567", true},
    {"06 1 234 5678", "HU", "+3612345678", true},
    {"06 12345678", "IT", "+390612345678", true},
    {"+1234567", "IN", "+1234567", false},
    {"+123456789012345", "IN", "+123456789012345", false},
    {"", "IN", NULL, false},
    {"+", "IN", NULL, false},
    {"()", "IN", NULL, false},
    {"abc", "IN", NULL, false},
    {"98765 4321", "IN", NULL, false},
    {"98765 432101", "IN", NULL, false},
    {"0123456789", "IN", NULL, false},
    {"+123456", "IN", NULL, false},
    {"+1234567890123456", "IN", NULL, false},
    {"+0123456789", "IN", NULL, false},
    {"98765+43210", "IN", NULL, false},
    {"++919876543210", "IN", NULL, false},
    {"98765x43210", "IN", NULL, false},
    {"9876543210\x01", "IN", NULL, false},
    {"9876543210\xff", "IN", NULL, false},
    {"11111111111111111111111111111111111111111111111111", "IN", NULL, false},
    {"0000000000000000", "IN", NULL, false},
    {"9876543210", "ZZ", NULL, false},
    {"9876543210", NULL, NULL, false},
    {"+919876543210", NULL, "+919876543210", false},
};

static void test_parse(void)
{
    char out[GD_NUMBER_MAX];
    bool completed;

    for (size_t i = 0; i < sizeof parses / sizeof *parses; i++) {
        struct gd_error err = {0};
        enum gd_rc rc = gd_number_parse(parses[i].text, parses[i].country, out, &completed, &err);

        if (parses[i].want == NULL) {
            is_int(rc, GD_INPUT, "'%s' is refused", parses[i].text);
            ok(err.what[0] != '\0' && err.advice[0] != '\0', "with what and advice: %s", err.what);
            continue;
        }
        is_int(rc, GD_OK, "'%s' is read", parses[i].text);
        is_str(out, parses[i].want, "as %s", parses[i].want);
        is_int(completed, parses[i].completed, "completed or not");
        ok(gd_number_valid(out), "and is valid");
    }
}

/* Each row: keys in order, sane bounds, and a national number of either length is completed and given back.
 */
static bool row_is_sane(const struct gd_country *row, const struct gd_country *before)
{
    char digits[32], want[48], out[GD_NUMBER_MAX];
    struct gd_error err = {0};
    bool sane = strlen(row->iso) == 2 && row->name[0] != '\0' &&
                (before == NULL || strcmp(before->iso, row->iso) < 0);

    sane = sane && strspn(row->code, "0123456789") == strlen(row->code) && row->code[0] >= '1' &&
           strlen(row->code) <= 4 && strspn(row->trunk, "0123456789") == strlen(row->trunk) &&
           strlen(row->trunk) <= 2 && row->min >= 4 && row->min <= row->max &&
           (int)strlen(row->code) + row->max <= 15;
    for (int n = row->min; sane && n <= row->max; n += row->max > row->min ? row->max - row->min : 1) {
        if ((int)strlen(row->code) + n < 7)
            continue;
        snprintf(digits, sizeof digits, "%s%.*s", row->trunk, n, "5555555555555555");
        snprintf(want, sizeof want, "+%s%.*s", row->code, n, "5555555555555555");
        sane = gd_number_parse(digits, row->iso, out, NULL, &err) == GD_OK && strcmp(out, want) == 0;
    }
    return sane && gd_country_find(row->iso) == row;
}

static void test_countries(void)
{
    const struct gd_country *row, *before = NULL;
    size_t n = 0;

    for (; (row = gd_country_at(n)) != NULL; before = row, n++)
        ok(row_is_sane(row, before), "country %s", row->iso);
    is_int((long long)n, 249, "as many rows as ISO 3166-1 has officially assigned");
    ok(gd_country_find("xx") == NULL && gd_country_find("") == NULL && gd_country_find(NULL) == NULL &&
           gd_country_find("IND") == NULL,
       "no row for what is no code");
    is_str(gd_country_find("in")->code, "91", "India is 91, in any case");
}

static void test_masks(void)
{
    static const struct {
        const char *number, *want;
    } masks[] = {
        {"+919876546144", "+91" DOTS "6144"},
        {"+12425550143", "+1242" DOTS "0143"},
        {"+12025550143", "+1" DOTS "0143"},
        {"+79123456789", "+7" DOTS "6789"},
        {"+1242555", "+" DOTS "2555"}, /* the code would leave nothing hidden */
        {"+99912345678", "+" DOTS "5678"},
        {"9876546144", DOTS "6144"},
        {"unknown", DOTS "nown"},
        {"12", DOTS},
        {"1234", DOTS},
        {"12345", DOTS "2345"},
        {"", DOTS},
        {"\xe0\xa4\x95\xe0\xa4\x96\xe0\xa4\x97\xe0\xa4\x98\xe0\xa4\x99",
         DOTS "\xe0\xa4\x96\xe0\xa4\x97\xe0\xa4\x98\xe0\xa4\x99"},
    };
    char out[GD_MASKED_MAX];

    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        gd_number_mask(masks[i].number, out);
        is_str(out, masks[i].want, "mask of '%s'", masks[i].number);
    }
    gd_pin_mask("0123", out);
    is_str(out, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2", "a PIN is as many bullets");
    gd_pin_mask("0123456789012", out);
    is_int((long long)strlen(out), 27, "at most nine");
    gd_pin_mask("", out);
    is_str(out, "", "an empty one none");
}

static void test_looks(void)
{
    char out[8];

    ok(gd_number_like("098765 43210") && gd_number_like("+91-98765-43210") && gd_number_like("(020) 79"),
       "these look like numbers");
    ok(gd_number_like("123") && !gd_number_like("12"), "from three digits on");
    ok(!gd_number_like("ORD-1001") && !gd_number_like("") && !gd_number_like("+") && !gd_number_like("9180x"),
       "these do not");
    ok(gd_number_valid("+1234567") && !gd_number_valid("+123456") && !gd_number_valid("1234567") &&
           !gd_number_valid("+0123456789") && !gd_number_valid("+1234567a") && !gd_number_valid(NULL) &&
           !gd_number_valid(""),
       "E.164 or not");
    is_int((long long)gd_number_digits("+91-98", out, sizeof out), 4, "digits alone are counted");
    is_str(out, "9198", "and given");
    is_int((long long)gd_number_digits("1234567890", out, sizeof out), 7, "no more than there is room for");
}

int main(void)
{
    test_parse();
    test_countries();
    test_masks();
    test_looks();
    return done_testing();
}
