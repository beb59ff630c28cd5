/* Which function runs which command: bound by the id of its row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"
#include "job.h"

/* Rows that work in the console only are all run by cmd_console; their cmd_ID does not exist, hence weak. */
#define COMMAND(id, ...) __attribute__((weak)) void cmd_##id(struct job *);
#include "../api/commands.def"
#undef COMMAND

static job_fn *const functions[GD_C__COUNT] = {
#define COMMAND(id, ...) [GD_C_##id] = cmd_##id,
#include "../api/commands.def"
#undef COMMAND
};

job_fn *job_function(enum gd_command_id id)
{
    return functions[id] != NULL ? functions[id] : cmd_console;
}
