# Builds the fuzz targets with clang; called by run, in the folder where all that it makes shall stand.
# SPDX-License-Identifier: GPL-3.0-or-later
#   SRCDIR, BUILDDIR    the source tree, and the build tree that config.h stands in
#   CLANG, TARGETS      the compiler, the names of the targets
MODULES = libcurl jansson sqlite3 inih libmicrohttpd
SANITIZE = -fno-sanitize-recover=all -fsanitize=address,undefined
CPPFLAGS = -include $(BUILDDIR)/config.h -I$(BUILDDIR) -DGD_PKGDATADIR='"."' $(shell pkg-config --cflags $(MODULES))
CFLAGS = -std=gnu17 -g -O1 -fno-omit-frame-pointer -Wall -Wno-unknown-warning-option -MMD -MP
LIBS = $(shell pkg-config --libs $(MODULES))

API = $(patsubst $(SRCDIR)/%.c,obj/%.o,$(wildcard $(SRCDIR)/api/*.c))
FUZZ = $(patsubst $(SRCDIR)/%.c,obj/%.o,$(filter-out %_main.c %/replay.c,$(wildcard $(SRCDIR)/tests/fuzz/*.c)))
EXTRA = $(addprefix obj/,tests/unit/store.o tests/unit/tap.o tui/import_csv.o tui/import_json.o tui/import_read.o \
	tui/words.o)

MAKEFLAGS += -r

all: $(TARGETS)

# Of the library each target takes what it needs.
library.a: $(API) $(EXTRA)
	rm -f $@
	ar cr $@ $^

$(TARGETS): %: $(FUZZ) library.a obj/main_%.o
	$(CLANG) $(SANITIZE),fuzzer -o $@ obj/main_$@.o $(FUZZ) library.a $(LIBS)

obj/main_%.o: $(SRCDIR)/tests/fuzz/fuzz_main.c
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(CFLAGS) $(SANITIZE),fuzzer-no-link -DFUZZ_TARGET=fuzz_$* -c -o $@ $<

obj/%.o: $(SRCDIR)/%.c
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(CFLAGS) $(SANITIZE),fuzzer-no-link -c -o $@ $<

-include $(wildcard obj/*.d obj/*/*.d obj/*/*/*.d)
.PHONY: all
.SECONDARY:
