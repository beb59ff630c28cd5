/* The command table, and looking a command up. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

const struct gd_command gd_commands[GD_C__COUNT] = {
#define COMMAND(id, ...) [GD_C_##id] = {__VA_ARGS__},
#include "commands.def"
#undef COMMAND
};

const struct gd_command *gd_command_find(const char *name, bool *several)
{
    const struct gd_command *found = NULL;
    size_t len = strlen(name);
    int begin = 0;

    if (several != NULL)
        *several = false;
    if (len == 0)
        return NULL;
    for (size_t i = 0; i < GD_C__COUNT; i++) {
        if (strncmp(gd_commands[i].name, name, len) != 0)
            continue;
        if (gd_commands[i].name[len] == '\0')
            return &gd_commands[i];
        found = &gd_commands[i];
        begin++;
    }
    if (begin <= 1)
        return found;
    if (several != NULL)
        *several = true;
    return NULL;
}
