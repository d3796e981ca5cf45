"""The demonstration's requests: people are appointed, a court asks, an examiner looks, the head approves, it is handed over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo.showing import OUTPUT, ask, run, say

PASSWORD = "a-password-for-the-demonstration"
_STAFF = (("shen", "沈安全", "security-administrator"), ("wang", "王审核", "examiner"), ("li", "李局长", "head"))


def appoint() -> dict[str, str]:
    """Accounts for those whom approval takes; a token for each, as who logs in gets it."""
    say(
        "十六、人员与角色：三员分立，申请、审核、审批由不同的人办理",
        "16. People: who asks, examines and approves are different persons",
    )
    tokens: dict[str, str] = {}
    for name, person, role in _STAFF:
        made = ask("user", "add", name, "--person", person, "--role", role, token=tokens.get("shen", ""))
        ask("user", "password", name, lines=(made["password"], PASSWORD))
        tokens[name] = ask("user", "login", name, lines=(PASSWORD,))["token"]
    run("user", "list", token=tokens["shen"])
    return tokens


def deliver(tokens: dict[str, str], case: Path) -> None:
    """A court's request from the day it comes in to the package that it checks without us."""
    say("十七、法院调取证据：登记、审核、审批", "17. A court asks: entered, examined, approved")
    known = ask("list")["cases"][0]["case_number"]
    notice = next(case.rglob("*.pdf"))  # stands for the scanned notice
    number = ask(
        "request",
        "open",
        "--capacity",
        "court",
        "--name",
        "张法官",
        "--organisation",
        "临江市人民法院",
        "--paper",
        f"调取证据通知书={notice}",
        "--case",
        known,
        "--purpose",
        "行政诉讼举证",
    )["number"]
    run("request", "deliver", number, "--output", str(OUTPUT / "court"), allowed=(3,))
    run("request", "examine", number, "--note", "依法提供", token=tokens["wang"])
    run("request", "approve", number, "--reason", "同意", token=tokens["li"])
    say(
        "十八、交付：证据目录、电子档案证明、离线核对",
        "18. Handed over: list of evidence, certificate, off-line verifier",
    )
    run("request", "deliver", number, "--output", str(OUTPUT / "court"))
    (package,) = (OUTPUT / "court").iterdir()
    subprocess.run([sys.executable, "-I", "verify.py"], cwd=package, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=package, check=True)
    subprocess.run(["pdfsig", "certificate.pdf"], cwd=package, check=False)
    run("request", "return", number, "--receiver", "张法官", "--outcome", "采信")
    run("request", "statistics")
    run("ledger", "verify")
