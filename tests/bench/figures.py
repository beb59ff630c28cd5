# Figures of a benchmark, each beside its reference, as a table.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys
import time
import traceback

import tap

_over = 0


def title(text):
    print("\n%s\n" % text)
    print("%-52s %14s %14s %7s %7s" % ("", "greendesk", "reference", "ratio", "goal"))
    sys.stdout.flush()


def row(what, got, reference, unit, goal=None, more_is_better=False):
    """One figure in `unit`; the ratio is got to reference, the other way round where more is better."""
    global _over
    ratio = (reference / got if more_is_better else got / reference) if got and reference else None
    good = goal is None or (ratio is not None and ratio <= goal)
    _over += not good
    print("%-52s %14s %14s %7s %7s%s" % (what, _figure(got, unit), _figure(reference, unit),
                                         "" if ratio is None else "%.2f" % ratio,
                                         "" if goal is None else "%.2f" % goal, "" if good else "  OVER"))
    sys.stdout.flush()


def _figure(value, unit):
    if value is None:
        return "-"
    return ("%.3f %s" if abs(value) < 100 else "%.0f %s") % (value, unit)


def missing(what, tool):
    print("%-52s skipped: %s is not installed" % (what, tool))
    sys.stdout.flush()


def run(main):
    """Runs a benchmark and ends the program: 0 all goals reached, 1 not all, 2 it could not be run."""
    status = 2
    try:
        main()
        status = 1 if _over else 0
    except Exception:
        traceback.print_exc()
    finally:
        tap.run_endings()
    sys.exit(status)


def seconds(argv, good=(0,), **options):
    """The time that a command takes; one that ends with no good status ends the benchmark."""
    began = time.perf_counter()
    done = subprocess.run(argv, stdout=options.pop("stdout", subprocess.DEVNULL), stderr=subprocess.PIPE,
                          check=False, **options)
    took = time.perf_counter() - began
    if done.returncode not in good:
        raise RuntimeError("%s: status %d: %s" % (os.path.basename(argv[0]), done.returncode,
                                                  done.stderr.decode("utf-8", "replace")[-400:]))
    return took


def in_turn(times, *functions):
    """Each function's best, measured in turn: what else the machine does only ever adds to a time."""
    taken = [[function() for function in functions] for _ in range(times)]
    return [min(each[at] for each in taken) for at in range(len(functions))]
