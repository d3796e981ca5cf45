"""`make serve-demo`: the pages over the demonstration's archive, with an account for each role and a case in the inbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from demo.access import PASSWORD
from demo.make_case import make_case
from demo.showing import OUTPUT, ZH, ask, say

ADDRESS = "127.0.0.1:8480"
STAFF = (
    ("shen", "沈安全", "security-administrator"),
    ("chen", "陈移交", "depositor"),
    ("lin", "林档案", "archivist"),
    ("qian", "钱档案", "archivist"),
    ("wang", "王审核", "examiner"),
    ("li", "李局长", "head"),
    ("zhao", "赵审计", "auditor"),
    ("sun", "孙系统", "system-administrator"),
)
_SETTINGS = '\n[web]\nlisten = "{address}"\ninbox = ["inbox"]\n'


def staff() -> None:
    """Everybody of STAFF has an account with the demonstration's password."""
    known = {row["name"] for row in ask("user", "list")["accounts"]}
    token = ask("user", "login", STAFF[0][0], lines=(PASSWORD,))["token"] if STAFF[0][0] in known else ""
    for name, person, role in STAFF:
        if name in known:
            continue
        made = ask("user", "add", name, "--person", person, "--role", role, token=token)
        ask("user", "password", name, lines=(made["password"], PASSWORD))
        if role == "security-administrator":
            token = ask("user", "login", name, lines=(PASSWORD,))["token"]


def prepare(archive: Path) -> None:
    """An inbox with a case that waits, and the settings that name it."""
    settings = archive / "preserve.toml"
    text = settings.read_text(encoding="utf-8")
    if "[web]" not in text:
        settings.write_text(text + _SETTINGS.format(address=ADDRESS), encoding="utf-8")
    waiting = archive / "inbox" / ("待接收案件" if ZH else "waiting case")
    if not waiting.exists():
        part = waiting.with_name(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(exist_ok=True)
        make_case(part)
        part.rename(waiting)


def main() -> None:
    """Prepare, say who may log in, and serve until Ctrl-C."""
    archive = (OUTPUT / "archive").absolute()
    if not (archive / "preserve.toml").exists():
        from demo.__main__ import main as demonstrate

        demonstrate()
    say("网页服务", "The pages")
    prepare(archive)
    address = tomllib.loads((archive / "preserve.toml").read_text(encoding="utf-8"))["web"]["listen"]
    staff()
    print(
        f"\n{'地址' if ZH else 'Address'}: http://{address}/    {'密码（各账户相同）' if ZH else 'Password of all'}: {PASSWORD}\n"
    )
    from preserve.messages import say as word

    for name, person, role in STAFF:
        print(f"  {name:<6} {person}  {word(f'people.role-{role}')}")
    print(f"\n{'按 Ctrl-C 停止。' if ZH else 'Ctrl-C stops it.'}", flush=True)
    program = str(Path(sys.executable).parent / "preserve")
    raise SystemExit(
        subprocess.run([program, "serve"], env={**os.environ, "PRESERVE_HOME": str(archive)}, check=False).returncode
    )


if __name__ == "__main__":
    main()
