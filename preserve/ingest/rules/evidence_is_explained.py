"""Art. 17: sound and pictures used as evidence say how, when and by whom they were made and what they prove."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.description.matching import described
from preserve.ingest.rules import View, finding
from preserve.messages import listed, say


def check(view: View) -> Iterator[Finding]:
    """Evidence without what it proves; recordings used as evidence without maker, original carrier or transcript.

    法释〔2002〕21号 Art. 12: the original carrier, how, when and by whom it was made, what it proves, the words spoken.
    """
    files = described(view.case) if any(item.transcript for item in view.case.objects) else None
    for item in view.case.objects:
        if not item.evidence:
            continue
        rule = view.profile.evidence
        if not item.proves:
            yield finding("evidence-not-explained", rule, item.file)
        if item.transcript and files is not None and files.find(item.transcript) is None:
            yield finding("transcript-unknown", rule, item.file, transcript=item.transcript)
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind not in ("video", "sound"):
            continue
        lacking = [name for name in ("maker", "original_carrier") if not getattr(item, name)]
        if not item.transcript and (character.kind == "sound" or any(s.kind == "sound" for s in character.streams)):
            lacking.append("transcript")
        if lacking:
            missing = listed(say("rule.evidence-" + name) for name in lacking)
            yield finding("evidence-incomplete", rule, item.file, missing=missing)
