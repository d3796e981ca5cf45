"""`make demo`: a case is made, taken in, verified by us and by others, searched, and shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from demo.make_case import make_case
from preserve.home import locale_name
from preserve.messages import language_of_locale

OUTPUT = Path("demo-output")
ZH = language_of_locale(locale_name()) == "zh"


def say(zh: str, en: str) -> None:
    """A heading before each step."""
    print(f"\n\033[1m=== {zh if ZH else en}\033[0m" if sys.stdout.isatty() else f"\n=== {zh if ZH else en}", flush=True)


def run(*arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    """Run `preserve` as a person would, showing the command line."""
    print("$ preserve " + " ".join(arguments), flush=True)
    program = Path(sys.executable).parent / "preserve"
    environment = {**os.environ, "PRESERVE_HOME": str((OUTPUT / "archive").absolute())}
    status = subprocess.run([str(program), *arguments], env=environment, check=False).returncode
    if status not in allowed:
        raise SystemExit(f"preserve {arguments[0]}: exit status {status}")


def tree(folder: Path) -> None:
    """The package's files, indented."""
    for path in sorted(folder.rglob("*")):
        depth = len(path.relative_to(folder).parts)
        print("  " * depth + path.name + ("/" if path.is_dir() else f"  ({path.stat().st_size:,})"))


def main() -> None:
    """The whole walk."""
    began = time.monotonic()
    if OUTPUT.exists():
        shutil.rmtree(OUTPUT)
    OUTPUT.mkdir()
    say(
        "一、制作一个处罚案件（真实编码的文书、照片、执法记录仪录像、录音）",
        "1. Making a penalty case with real encoders",
    )
    case = make_case(OUTPUT / "案件")
    tree(case)
    say("二、建立档案库", "2. Founding an archive")
    run("init", "--institution", "临江市文化和旅游局", "--digests", "sm3")
    run("doctor")
    say("三、归档前检查", "3. Checking before ingest")
    run("check", str(case))
    say("四、归档", "4. Taking it in")
    run("ingest", str(case))
    package = next((OUTPUT / "archive" / "store" / "packages").iterdir())
    say("五、校验：本系统、bagit-python、sha256sum", "5. Verifying: by us, by bagit-python, by sha256sum")
    run("verify", str(package))
    import bagit

    bagit.Bag(str(package)).validate()
    print("bagit-python: " + ("完好" if ZH else "valid"))
    subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=package, check=True)
    print("sha256sum -c: " + ("全部相符" if ZH else "all agree"))
    say("六、信息包的内容", "6. What is in the package")
    tree(package)
    say("七、检索与查看", "7. Finding and showing")
    run("list")
    run("search", "演出")
    run("show", package.name)
    say("八、日志", "8. The ledger")
    run("ledger", "verify")
    run("ledger", "checkpoint")
    say(f"完成，用时 {time.monotonic() - began:.0f} 秒", f"Done in {time.monotonic() - began:.0f} seconds")
    page = package / "data" / package.name.partition("_")[0] / "documentation" / "findings.html"
    print(f"{'归档查验记录' if ZH else 'What was found, as a page'}: {page}")
    print(
        f"{'档案库' if ZH else 'The archive'}: {OUTPUT / 'archive'}    PRESERVE_HOME={(OUTPUT / 'archive').absolute()}"
    )
    print("README.zh.md、docs/" if ZH else "Next: README.md, docs/architecture.md")


if __name__ == "__main__":
    main()
