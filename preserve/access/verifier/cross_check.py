"""What the off-line verifier holds against each other: list, ledger, manifests, and what stands in the certificate.

This is source text of `verify.py` in a DIP (see `composing`): Python 3.8, and nothing that is not put in there too.
"""

from __future__ import annotations

from typing import Any

from preserve.access.verifier.reading import (
    CODE,
    EVIDENCE,
    OWN,
    PAYLOAD,
    PROOF,
    TAGS,
    Broken,
    manifest_lines,
    read_small,
)
from preserve.archival_storage.guide.verify import Check


def anchor(check: Check, proof: dict[str, Any], dip: str, action: str, name: str, path: str, found: str | None) -> None:
    """Hold the digest of a file against the one entry of the ledger that names it."""
    kind = name.partition("_")[0]
    made = [entry for entry in proof["entries"] if entry["action"] == action]
    strange = sorted({entry["subject"] for entry in made if entry["subject"] != dip})
    about = [entry for entry in made if entry["subject"] == dip]
    if strange:
        check.report("other", PROOF, ", ".join(strange))
    if len(about) != 1:
        check.report(kind, path, f"{action}: {len(about)}")
    elif found is not None and about[0]["details"].get(name) != found:
        check.report(kind, path, found)


def check_manifests(check: Check, files: dict[str, Any], seen: dict[str, dict[str, str]]) -> None:
    """Hold all four manifests against the list, and against what was read of the files that it cannot name."""
    for name in (*PAYLOAD, *TAGS):
        algorithm = name.rpartition("-")[2][:-4]
        payload = name in PAYLOAD
        expected = {path: one[algorithm] for path, one in files.items() if path.startswith("data/") is payload}
        if not payload:
            expected.update({path: seen[path].get(algorithm, "") for path in OWN if path in seen and path not in TAGS})
        try:
            listed = manifest_lines(read_small(check, name))
        except Broken as error:
            if str(error):
                check.report("malformed", name, str(error))
            continue
        # An empty digest is one that this Python does not compute; a file that was not read is reported already.
        wrong = {path for path, digest in expected.items() if listed.get(path) != (digest or listed.get(path))}
        unread = {path for path in OWN if path not in seen}
        for path in sorted((wrong | set(listed) ^ set(expected)) - (set() if payload else unread)):
            check.report("manifest", name, path)


def hold_against(check: Check, key: str, dip: str, evidence: str, proof: dict[str, Any]) -> None:
    """Compare with what the person has from the certificate: the key's fingerprint, or all that its code holds."""
    code = CODE.fullmatch(key)
    if code is not None and code.group(1) != dip:
        check.report("other", PROOF, code.group(1))
    if code is not None and code.group(2) != evidence:
        check.report("evidence", EVIDENCE, evidence)
    if code is not None and proof["roots"].get(code.group(3)) != code.group(4):
        check.report("checkpoint", PROOF, code.group(3))
    if (code.group(5) if code is not None else key) != proof["fingerprint"]:
        check.report("key", PROOF, proof["fingerprint"])
