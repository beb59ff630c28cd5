/* Allocations in words: cells, state, who may call whom, and the lines that hold them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/describe.h"

#include <locale.h>
#include <string.h>

#include "tap.h"

#define NOW ((int64_t)1795000000)

static struct gd_alloc alloc;
static struct view view = {.now = NOW, .zone_offset = 19800};

static void set(enum gd_field field, const char *text)
{
    struct gd_error err = {0};

    if (gd_alloc_set(&alloc, field, text, &err) != GD_OK)
        bail_out("%s", err.what);
}

static void start(void)
{
    gd_alloc_clear(&alloc);
    alloc.state = GD_ACTIVE;
    alloc.ends_at = NOW + 7080;
    alloc.read_at = NOW - 30;
    alloc.call_count = -1;
    set(GD_F_ID, "gp-1");
    set(GD_F_A_NUMBERS, "+919876546144,+919876546145");
    set(GD_F_B_NUMBERS, "+919876545625");
    set(GD_F_A_VNS, "+918047134471");
    set(GD_F_A_PIN, "0042");
    set(GD_F_USAGE, "twoway");
    view.reveal = false;
}

static const char *words(int width)
{
    static struct gd_buf out;
    struct prose prose;

    gd_buf_free(&out);
    gd_buf_init(&out, 100000);
    prose_init(&prose, width);
    describe_alloc(&alloc, &view, &prose);
    for (int i = 0; i < prose.n_lines; i++) {
        prose_text(&prose, i, &out);
        gd_buf_addc(&out, '\n');
    }
    prose_free(&prose);
    return out.data;
}

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static const char *cell(enum column column)
{
    static struct gd_buf out;

    gd_buf_free(&out);
    gd_buf_init(&out, 1000);
    describe_cell(column, &alloc, &view, &out);
    return out.data;
}

static void test_numbers(void)
{
    char text[40];

    describe_span(7080, text, sizeof text);
    is_str(text, "1 h 58 m", "a span with blanks");
    describe_span(45, text, sizeof text);
    is_str(text, "45 s", "seconds");
    describe_count(0, text, sizeof text);
    is_str(text, "0", "none");
    describe_count(999, text, sizeof text);
    is_str(text, "999", "no comma below a thousand");
    describe_count(1234567, text, sizeof text);
    is_str(text, "1,234,567", "thousands apart");
}

static void test_cells(void)
{
    start();
    is_str(cell(COLUMN_A), "+91•••••6144 +1", "the first number masked, and how many more");
    is_str(cell(COLUMN_B), "+91•••••5625", "one number");
    is_str(cell(COLUMN_VN), "+918047134471", "a VN is nobody's secret");
    is_str(cell(COLUMN_ENDS), "1h58m", "time left");
    is_str(cell(COLUMN_STATE), "active", "state");
    view.reveal = true;
    is_str(cell(COLUMN_A), "+919876546144 +1", "revealed");
    view.reveal = false;
    set(GD_F_A_NUMBERS, NULL);
    is_str(cell(COLUMN_A), "anybody", "no A numbers");
    alloc.ends_at = NOW - 5;
    is_str(cell(COLUMN_STATE), "expired", "by the clock");
    is_str(cell(COLUMN_ENDS), "–", "no time left");
    alloc.state = GD_UNKNOWN;
    alloc.read_at = 0;
    is_str(cell(COLUMN_STATE), "not read", "only its id is known");
    is_str(cell(COLUMN_READ), "never", "and was never read");
}

static void test_states(void)
{
    start();
    has_str(words(80), "active, ends in 1 h 58 m", "active");
    alloc.ends_at = NOW - 7200;
    has_str(words(80), "expired 2 h ago", "expired");
    has_str(words(80), "by the clock; not read since", "which no reading has confirmed");
    alloc.state = GD_EXPIRED;
    ok(!holds(words(80), "by the clock"), "or one has");
    has_str(words(80), "Nobody: it does not live.", "nobody may call then");
    alloc.state = GD_DEALLOCATED;
    has_str(words(80), "deallocated", "deallocated");
    start();
    alloc.ends_at = 0;
    has_str(words(80), "no end is reported", "no end");
    start();
    alloc.read_at = 0;
    alloc.state = GD_UNKNOWN;
    has_str(words(80), "not read yet", "never read");
    gd_alloc_clear(&alloc);
}

static void test_calls(void)
{
    start();
    has_str(words(200), "A dials +918047134471, types •••• and reaches B.", "A to B, the PIN masked");
    has_str(words(200), "B dials +918047134471 and reaches A.", "B to A by A's VN, where it has none");
    ok(!holds(words(200), "0042") && !holds(words(200), "9876546144"), "no secret is shown");
    view.reveal = true;
    has_str(words(200), "types 0042 and", "revealed");
    view.reveal = false;
    set(GD_F_USAGE, "oneway");
    has_str(words(200), "B may not call: usage is oneway.", "oneway");
    set(GD_F_USAGE, NULL);
    has_str(words(200), "Usage is not reported", "unknown usage is said");
    set(GD_F_A_NUMBERS, NULL);
    has_str(words(200), "anybody but B who types the PIN", "no A numbers: anybody");
    gd_alloc_clear(&alloc);
}

/* Every line keeps within the width, and nothing of a hostile text gets through. */
static void test_width(void)
{
    int wide = 0;

    start();
    set(GD_F_TRANSACTION_ID, "a\033]0;x\007b and some more words to wrap \u202eabc");
    for (int width = 20; width < 120; width++) {
        const char *text = words(width);

        for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
            int columns;
            size_t len = strcspn(line, "\n");

            text_cut(line, len, 1 << 20, &columns);
            wide += columns > width + 20; /* a word that is wider by itself stays whole */
        }
        wide += strchr(text, '\033') != NULL || holds(text, "\u202e");
    }
    is_int(wide, 0, "lines keep to the width, and hold no control characters");
    gd_alloc_clear(&alloc);
}

static void test_prose(void)
{
    struct prose prose, other;
    struct gd_buf text;

    prose_init(&prose, 10);
    gd_buf_init(&text, 1000);
    prose_line(&prose);
    prose_words(&prose, 2, ROLE_TEXT, "one two three\n  four");
    is_int(prose.n_lines, 3, "wrapped at blanks, and at newlines");
    prose_text(&prose, 1, &text);
    is_str(text.data, "  three", "indented");
    gd_buf_clear(&text);
    prose_text(&prose, 2, &text);
    is_str(text.data, "  four", "blanks that begin a line stay");
    is_int(prose_find(&prose, "THREE", 0, false), 1, "found in any case");
    is_int(prose_find(&prose, "one", 2, true), 0, "and backwards");
    is_int(prose_find(&prose, "five", 0, false), -1, "or not");
    prose_init(&other, 10);
    prose_line(&other);
    prose_add(&other, ROLE_TEXT, "x");
    prose_clear(&prose, 20);
    prose_beside(&prose, &other, &other, 5);
    gd_buf_clear(&text);
    prose_text(&prose, 0, &text);
    is_str(text.data, "x    x", "two beside each other");
    gd_buf_free(&text);
    prose_free(&prose);
    prose_free(&other);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    test_numbers();
    test_cells();
    test_states();
    test_calls();
    test_width();
    test_prose();
    return done_testing();
}
