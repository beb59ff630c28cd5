/* The table of the API's error codes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "code.h"

static const struct gd_code codes[] = {
#define CODE(code_, http_, retry_, meaning_, advice_)                                                        \
    {.code = code_, .http = http_, .retry = retry_, .meaning = meaning_, .advice = advice_},
#define STATUS(http_, retry_, meaning_, advice_) CODE(-1, http_, retry_, meaning_, advice_)
#include "codes.def"
#undef STATUS
#undef CODE
};

#define CODES (sizeof codes / sizeof *codes)

/* For statuses without a row: by the hundred; 0 stands for all that is no class of errors. */
static const struct gd_code classes[] = {
    {.code = -1, .http = 0, .meaning = "the service refused it", .advice = "read its message"},
    {.code = -1,
     .http = 300,
     .meaning = "the service points elsewhere, which is not followed",
     .advice = "check base_url of this profile"},
    {.code = -1, .http = 400, .meaning = "the service refused the request", .advice = "read its message"},
    {.code = -1,
     .http = 500,
     .meaning = "the service failed",
     .advice = "read the row again, then retry",
     .retry = true},
};

const struct gd_code *gd_code_at(size_t i)
{
    return i < CODES ? &codes[i] : NULL;
}

const struct gd_code *gd_code_find(int code, int http)
{
    for (size_t i = 0; code >= 0 && i < CODES; i++)
        if (codes[i].code == code)
            return &codes[i];
    for (size_t i = 0; i < CODES; i++)
        if (codes[i].code == -1 && codes[i].http == http)
            return &codes[i];
    for (size_t i = 1; i < sizeof classes / sizeof *classes; i++)
        if (http / 100 * 100 == classes[i].http)
            return &classes[i];
    return &classes[0];
}
