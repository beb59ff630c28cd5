# Both programs tell their version and usage, and refuse what they do not know with status 2 and one line.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import subprocess

cases = 0
failed = 0


def ok(passed, name, shown=""):
    global cases, failed
    cases += 1
    failed += not passed
    print(f"{'ok' if passed else 'not ok'} {cases} - {name}")
    if not passed:
        print(f"#   got {shown!r}")


for name, variable in (("greendesk", "GREENDESK"), ("greendesk-sandbox", "GREENDESK_SANDBOX")):
    def run(*arguments):
        return subprocess.run([os.environ[variable], *arguments], capture_output=True, text=True, timeout=20)

    answer = run("--version")
    told = re.fullmatch(rf"{name} \d+\.\d+\.\d+\n", answer.stdout)
    ok(answer.returncode == 0 and told, f"{name} --version", answer)
    answer = run("--help")
    ok(answer.returncode == 0 and name in answer.stdout and answer.stderr == "", f"{name} --help", answer)
    answer = run("--no-such-option")
    ok(answer.returncode == 2 and answer.stdout == "" and answer.stderr.count("\n") == 1,
       f"{name} refuses an unknown option", answer)

print(f"1..{cases}")
raise SystemExit(failed > 0)
