/* Fuzz targets: what reads text from outside, each a function that must bear any bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>

/* Each is given text of len bytes, NUL behind them (there can be others among them), and ends the program by
 * abort where something that must always hold does not. */
#define TARGET(name, ...) void fuzz_##name(const char *text, size_t len);
#include "targets.def"
#undef TARGET

/* Ends the program, saying what does not hold. */
#define MUST(truth) ((truth) ? (void)0 : fuzz_must(#truth, __FILE__, __LINE__))
_Noreturn void fuzz_must(const char *truth, const char *file, int line);

#endif
