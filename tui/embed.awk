# Turns a text file into a C text literal, a line each, for a program that carries the file within itself.
# SPDX-License-Identifier: GPL-3.0-or-later
BEGIN { print "/* Made by embed.awk; edit the file it was made from. */" }
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\t/, "\\t")
    print "\"" $0 "\\n\""
}
