/* Untrusted text: nothing steers a terminal or a spreadsheet afterwards. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/text.h"

#include <string.h>

#include "tap.h"

static const struct {
    const char *text, *want;
} escapes[] = {
    {"", ""},
    {"plain", "plain"},
    {"\xe0\xa4\x95 \xf0\x9f\x98\x80 \xc3\xa9", "\xe0\xa4\x95 \xf0\x9f\x98\x80 \xc3\xa9"},
    {"a\nb\r\tc", "a\\nb\\r\\tc"},
    {"\x1b[31mred\x07", "\\x1b[31mred\\x07"},
    {"\x7f", "\\x7f"},
    {"\xc2\x9b"
     "31m",
     "\\u009b31m"},
    {"\xe2\x80\xae"
     "txt",
     "\\u202etxt"},
    {"\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f", "\\u2066\\u2069\\u200f"},
    {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
    {"\xef\xbb\xbf", "\\ufeff"},
    {"\xe2\x80\x8b", "\\u200b"},
    {"\xf3\xa0\x80\x81", "\\U000e0001"},
    {"\xff\xfe", "\\xff\\xfe"},
    {"\x80", "\\x80"},
    {"\xc0\x80", "\\xc0\\x80"},
    {"\xc3", "\\xc3"},
    {"\xe2\x80", "\\xe2\\x80"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
    {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
};

static const struct {
    const char *text, *want;
} csv[] = {
    {"", ""},
    {"plain", "plain"},
    {"a,b", "\"a,b\""},
    {"say \"hi\"", "\"say \"\"hi\"\"\""},
    {"two\nlines", "\"two\nlines\""},
    {" led", "\" led\""},
    {"=1+1", "'=1+1"},
    {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
    {"+1+1", "'+1+1"},
    {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
    {"-5", "'-5"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\t=1", "\"'\t=1\""},
    {"\r=1", "\"'\r=1\""},
    {"+919876546144", "+919876546144"},
    {"+919876546144,+919876546145", "\"+919876546144,+919876546145\""},
    {"+91\xe2\x80\xa2\xe2\x80\xa2"
     "6144",
     "+91\xe2\x80\xa2\xe2\x80\xa2"
     "6144"},
    {"+919876546144,=1", "\"'+919876546144,=1\""},
    {"+919876546144,", "\"'+919876546144,\""},
};

int main(void)
{
    struct gd_buf out;
    int rune;

    gd_buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        gd_buf_clear(&out);
        gd_text_escape(escapes[i].text, strlen(escapes[i].text), &out);
        is_str(out.data, escapes[i].want, "escaped, row %zu", i);
    }
    gd_buf_clear(&out);
    gd_text_escape("a\0b", 3, &out);
    is_str(out.data, "a\\x00b", "NUL too");
    for (size_t i = 0; i < sizeof csv / sizeof *csv; i++) {
        gd_buf_clear(&out);
        gd_text_csv(csv[i].text, &out);
        is_str(out.data, csv[i].want, "as CSV, row %zu", i);
    }
    is_int((long long)gd_utf8_next("", 0, &rune), 0, "nothing has no character");
    is_int((long long)gd_utf8_next("\xf0\x9f\x98\x80", 4, &rune), 4, "four bytes");
    is_int(rune, 0x1f600, "one character");
    is_int((long long)gd_utf8_next("\xf0\x9f\x98\x80", 3, &rune), 1, "cut off, it is one bad byte");
    is_int(rune, -1, "and no character");
    gd_buf_free(&out);
    return done_testing();
}
