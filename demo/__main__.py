"""`make demo`: a case is made, taken in, verified by us and by others, copied to a drive and a disc, and shown."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.access import appoint, deliver
from demo.make_case import make_case
from demo.showing import OUTPUT, ZH, run, say


def tree(folder: Path) -> None:
    """The package's files, indented."""
    for path in sorted(folder.rglob("*")):
        depth = len(path.relative_to(folder).parts)
        print("  " * depth + path.name + ("/" if path.is_dir() else f"  ({path.stat().st_size:,})"))


@contextmanager
def dedicated_drive() -> Iterator[Path | None]:
    """An empty ext4 file system on a loop device, as a drive that was just plugged in; None where that may not be."""
    image, top = OUTPUT / "drive.img", OUTPUT / "drive"
    top.mkdir()
    mounted = False
    try:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            with image.open("wb") as file:
                file.truncate(1 << 30)
            for command in (["mkfs.ext4", "-q", "-F", "-L", "DA_DRIVE_01"], ["mount", "-o", "loop"]):
                target = [str(top)] if command[0] == "mount" else []
                subprocess.run([*command, str(image), *target], check=True, capture_output=True)
            mounted = True
        yield top if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(top)], check=False)


def copies(package: Path) -> None:
    """A copy on a drive, a disc set, and the disc read by others; the disc goes to a file in place of a burner."""
    say("九、应有的副本（规定第十八条）", "9. The copies that the policy asks for (regulation Art. 18)")
    run("copies")
    with dedicated_drive() as drive:
        say("十、专用硬盘", "10. A dedicated drive")
        if drive is None:
            print(
                "本机不能挂载循环设备（需要 root），略过硬盘副本。"
                if ZH
                else "Loop devices cannot be mounted here (that needs root): no drive copy is made."
            )
        else:
            place = "一号楼/档案室/A架" if ZH else "Building 1/archive room/shelf A"
            run("media", "add", "drive", str(drive), "--label", "DRV-01", "--place", place, "--custodian", "李敏")
            run("replicate", allowed=(0, 5))
            subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=drive, check=True)
            print("sha256sum -c: " + ("全部相符" if ZH else "all agree"))
            run("media", "label", "DRV-01", "--output", str(OUTPUT / "label-drive.pdf"))
    say("十一、光盘：编组、制作映像、刻录（到文件）", "11. A disc: composed, burned to a file, read back")
    run("disc", "compose", "--kind", "CD-R", "--now")
    label = next((OUTPUT / "archive").rglob("image.iso")).parent.name
    disc = OUTPUT / "disc"
    run("disc", "burn", label + "A", "--device", str(disc))
    run("media", "label", label + "A", "--output", str(OUTPUT / "label-disc.pdf"))
    run("disc", "verify", str(disc))
    say("十二、用其他工具读取光盘", "12. The disc, read by others' tools")
    inside = OUTPUT / "disc-inside"
    inside.mkdir()
    subprocess.run(["bsdtar", "-xf", str(disc), "-C", str(inside)], check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=inside, check=True)
    print("bsdtar, sha256sum -c: " + ("全部相符" if ZH else "all agree"))
    subprocess.run([sys.executable, "-I", "verify.py"], cwd=inside, check=True)
    run("copies")


def fixity(package: Path) -> None:
    """An audit, one flipped bit that it finds, the repair from the disc, a drill, the report, a proof for others."""
    say("十三、定期检测：从载体读回", "13. An audit reads copies back")
    run("audit", "run")
    video = max(package.rglob("*.mp4"), key=lambda path: path.stat().st_size)
    with video.open("r+b") as stream:
        stream.seek(1000)
        byte = stream.read(1)[0]
        stream.seek(1000)
        stream.write(bytes([byte ^ 1]))
    say("十四、翻转一个比特：检测发现，用光盘修复", "14. One bit flips: found, and mended from the disc")
    run("audit", "run", allowed=(4,))
    run("repair", "--from", str(OUTPUT / "disc"))
    run("audit", "run")
    say("十五、恢复演练、报告、给第三方的证明", "15. A restore drill, the report, a proof for a third party")
    run("audit", "drill", "--count", "1")
    run("audit", "report", "--output", str(OUTPUT / "report"))
    run("ledger", "prove", package.name, "--output", str(OUTPUT / "proof"))
    subprocess.run([sys.executable, "-I", "check_proof.py"], cwd=OUTPUT / "proof", check=True)


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
    run("init", "--institution", "临江市文化和旅游局", "--digests", "sm3", "--test-authority")
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
    copies(package)
    fixity(package)
    deliver(appoint(), case)
    say(f"完成，用时 {time.monotonic() - began:.0f} 秒", f"Done in {time.monotonic() - began:.0f} seconds")
    page = package / "data" / package.name.partition("_")[0] / "documentation" / "findings.html"
    print(f"{'归档检测记录' if ZH else 'What was found, as a page'}: {page}")
    print(
        f"{'档案库' if ZH else 'The archive'}: {OUTPUT / 'archive'}    PRESERVE_HOME={(OUTPUT / 'archive').absolute()}"
    )
    for name, zh, en in (
        ("disc-inside/index.html", "光盘自带的检测页（用浏览器打开）", "The page on the disc that verifies it"),
        ("label-disc.pdf", "光盘标签", "The disc's label"),
        (
            "court",
            "交给法院的利用信息包（先打开其中的 README.html）",
            "What the court got (open README.html in it first)",
        ),
    ):
        print(f"{zh if ZH else en}: {OUTPUT / name}")
    print("在浏览器中使用：make serve-demo" if ZH else "In a browser: make serve-demo")
    print("README.zh.md、docs/" if ZH else "Next: README.md, docs/architecture.md")


if __name__ == "__main__":
    main()
