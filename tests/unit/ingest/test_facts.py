"""Facts come back as they were written, and how often they are decoded in one ingest cannot rise unnoticed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metadata.findings import Finding
from preserve.ingest import facts
from preserve.ingest.facts import Answer, Character, Copied, Identification, Normalised, Stream, from_json, to_json
from tests.support.small_case import ingest, small_archive, small_case

FILES = 50


@pytest.mark.parametrize(
    "fact",
    [
        Copied(3, {"sha256": "00"}),
        Identification(
            "x-fmt/111", "Plain Text", "", "text/plain", "text", (Answer("f", "1", "v", None, "", "", "", "none"),)
        ),
        Character(
            "video",
            "t 1",
            (("宽", "1"),),
            (Stream("video", "AVC"),),
            1.5,
            findings=(Finding("a", "b", "note", {"n": 1}),),
        ),
        Normalised("failed", "rule", failure="x" * 5000),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_there_and_back(fact: object) -> None:
    text = to_json(fact)
    assert from_json(type(fact), text) == from_json(type(fact), text.encode()) == fact


def test_what_is_said_of_many_files_is_one_object() -> None:
    text = to_json(Normalised("keep", "texts"))
    assert from_json(Normalised, text) is from_json(Normalised, text)


def test_what_is_no_fact_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="Normalised"):
            from_json(Normalised, "{}")


def test_decodings_in_one_ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs from file to file twice, for the rules and for all that is written; what is alike once in all."""
    case = small_case(tmp_path, "测〔2026〕50号")
    (case / "旧笔录.txt").unlink()
    content = json.loads((case / "case.json").read_text(encoding="utf-8"))
    names = [f"{number:03}.txt" for number in range(FILES - 2)]
    for name in names:
        (case / name).write_text(f"{name} 现场检查笔录\n" * 3, encoding="utf-8")
    content["objects"] = [{"file": name, "kind": "文书", "stage": "调查"} for name in ("笔录.txt", *names)]
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    archive = small_archive(tmp_path / "archive")
    decodings: Counter[str] = Counter()
    real = facts.decode

    def counting(kind: Any, text: str | bytes) -> Any:
        decodings[kind.__name__] += 1
        return real(kind, text)

    facts.shared.cache_clear()
    monkeypatch.setattr(facts, "decode", counting)
    assert ingest(archive, case).originals == FILES - 1
    assert decodings == {"Copied": 2 * FILES, "Identification": 2, "Character": 1, "Normalised": 1}
