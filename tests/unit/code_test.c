/* The table of error codes: every row is sane, every code of the contract is there, nothing is left without
 * a meaning and an advice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/code.h"

#include <string.h>

#include "tap.h"

/* The contract's table. */
static const struct {
    int code, http;
} contract[] = {
    {0, 500},  {1, 404},  {2, 400},  {3, 400},  {4, 452},  {5, 400},  {7, 401},
    {8, 403},  {9, 400},  {13, 409}, {14, 409}, {15, 403}, {16, 400}, {17, 413},
    {18, 409}, {19, 409}, {20, 404}, {22, 410}, {23, 400}, {50, 422},
};

static const int statuses[] = {400, 401, 402, 403, 404, 409, 422, 429, 499, 500};

static void test_rows(void)
{
    const struct gd_code *row;
    size_t n = 0;

    for (; (row = gd_code_at(n)) != NULL; n++) {
        ok(row->http >= 400 && row->http < 600 && row->code >= -1 && row->code < 100, "row %d/%d is in range",
           row->code, row->http);
        ok(strlen(row->meaning) >= 8 && strlen(row->advice) >= 10 && strlen(row->advice) < 250,
           "it has a meaning and an advice: %s", row->meaning);
        for (size_t i = 0; i < n; i++)
            if (gd_code_at(i)->code == row->code && (row->code >= 0 || gd_code_at(i)->http == row->http))
                ok(false, "row %d/%d stands twice", row->code, row->http);
        ok(gd_code_find(row->code, row->http) == row, "and is found");
    }
    ok(n > 30, "the table is walked");
}

static void test_find(void)
{
    for (size_t i = 0; i < sizeof contract / sizeof *contract; i++) {
        const struct gd_code *row = gd_code_find(contract[i].code, 0);

        is_int(row->code, contract[i].code, "code %d is known", contract[i].code);
        is_int(row->http, contract[i].http, "with its status");
    }
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        is_int(gd_code_find(-1, statuses[i])->http, statuses[i], "status %d alone is known", statuses[i]);
    is_int(gd_code_find(99, 404)->http, 404, "an unknown code goes by its status");
    is_int(gd_code_find(-1, 418)->http, 400, "an unknown status by its class");
    is_int(gd_code_find(-1, 599)->http, 500, "also of the server's");
    is_int(gd_code_find(-1, 302)->http, 300, "also a redirect");
    ok(gd_code_find(-1, 0)->meaning[0] != '\0' && gd_code_find(-7, -3)->advice[0] != '\0',
       "never without words");
}

static void test_retry(void)
{
    ok(gd_code_find(0, 500)->retry && gd_code_find(4, 452)->retry && gd_code_find(17, 413)->retry &&
           gd_code_find(-1, 429)->retry && gd_code_find(-1, 503)->retry,
       "these can succeed later");
    ok(!gd_code_find(14, 409)->retry && !gd_code_find(22, 410)->retry && !gd_code_find(1, 404)->retry &&
           !gd_code_find(16, 400)->retry,
       "these cannot");
}

int main(void)
{
    test_rows();
    test_find();
    test_retry();
    return done_testing();
}
