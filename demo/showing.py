"""How the demonstration speaks: a heading before each step, and `preserve` run as a person would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from preserve.locales import locale_name
from preserve.messages import language_of_locale

OUTPUT = Path("demo-output")
ZH = language_of_locale(locale_name()) == "zh"


def say(zh: str, en: str) -> None:
    """A heading before each step."""
    print(f"\n\033[1m=== {zh if ZH else en}\033[0m" if sys.stdout.isatty() else f"\n=== {zh if ZH else en}", flush=True)


def run(*arguments: str, allowed: tuple[int, ...] = (0,), token: str = "") -> None:
    """Run `preserve` as a person would, showing the command line; with `token` as somebody else."""
    print("$ preserve " + " ".join(arguments), flush=True)
    status = _start(arguments, token, "", None).returncode
    if status not in allowed:
        raise SystemExit(f"preserve {arguments[0]}: exit status {status}")


def ask(*arguments: str, token: str = "", lines: tuple[str, ...] = ()) -> dict[str, Any]:
    """What `preserve --json` answers; `lines` are typed into it, as passwords are."""
    print("$ preserve " + " ".join(arguments), flush=True)
    typed = "".join(line + "\n" for line in lines)
    done = _start(("--json", *arguments), token, typed, subprocess.PIPE)
    answer: dict[str, Any] = json.loads(done.stdout)
    if done.returncode:
        raise SystemExit(f"preserve {arguments[0]}: {answer['error']['message']}")
    return answer


def _start(arguments: tuple[str, ...], token: str, typed: str, stdout: int | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRESERVE_HOME": str((OUTPUT / "archive").absolute())}
    if token:
        environment["PRESERVE_TOKEN"] = token
    program = str(Path(sys.executable).parent / "preserve")
    return subprocess.run([program, *arguments], env=environment, check=False, text=True, input=typed, stdout=stdout)
