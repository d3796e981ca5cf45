"""Cases from life: one that is right in everything, and many that are wrong in one way each.

What is expected of each was written down from the regulation's text, article by article, before the program was asked.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from preserve.description.reading import check_content
from preserve.ingest.acceptance import accept
from preserve.ingest.apply_rules import check
from preserve.ingest.facts import Character, Stream
from preserve.ingest.rules.profile import read_rules
from preserve.messages import LANGUAGES, known

SHOWS = ["开始和结束时间", "现场环境", "现场人员", "涉案证据", "采取措施情况", "文书制作送达"]
PAPERS = {
    "立案审批表": "启动",
    "现场检查笔录": "调查",
    "询问笔录": "调查",
    "调查终结报告": "审查",
    "行政处罚事先告知书": "审查",
    "查封决定书": "执行",
    "查封物品清单": "执行",
    "行政处罚决定书": "决定",
    "送达回证": "送达",
    "结案报告": "归档",
    "中止记录说明": "调查",
    "录像文字整理": "调查",
}
TEN = datetime(2026, 3, 4, 10, 0)  # a Wednesday, local time


class Case:
    """A case that is right in everything, to be made wrong: sealing on 4 March 2026 from 10:00 to 10:10, two files."""

    def __init__(self) -> None:
        self.today = date(2026, 4, 20)
        self.secrets = False
        self.institution = "临江市文化和旅游局"
        self.files: dict[str, tuple[float, float]] = {"a1.mp4": (0, 300), "a2.mp4": (300, 300)}
        self.started: dict[str, datetime] = {}
        self.named: dict[str, datetime] = {}
        self.kinds: dict[str, str] = {}
        self.content: dict[str, Any] = {
            "case_number": "临文综罚〔2026〕9号",
            "case_type": "处罚",
            "title": "题",
            "cause": "由",
            "producer": {"name": "临江市文化和旅游局"},
            "start": "2026-03-02",
            "closed": "2026-04-10",
            "measures": [{"measure": "查封", "start": "2026-03-04 10:00", "end": "2026-03-04 10:10"}],
            "objects": [{"file": f"{kind}.pdf", "kind": kind, "stage": stage} for kind, stage in PAPERS.items()],
        }
        for file in self.files:
            self.content["objects"].append(self.recording(file))

    def recording(self, file: str, **more: Any) -> dict[str, Any]:
        return {
            "file": file,
            "kind": "现场录像",
            "stage": "执行",
            "device": "DSJ-1",
            "maker": "王明",
            "evidence": True,
            "proves": "查封经过",
            "original_carrier": "执法记录仪存储卡",
            "transcript": "录像文字整理.pdf",
            "shows": SHOWS,
            "preamble": True,
            "device_checked": True,
            "stored": "2026-03-05 09:00",
            **more,
        }

    def add(self, file: str, start: float, length: float, **more: Any) -> None:
        self.files[file] = (start, length)
        self.content["objects"].append(self.recording(file, **more))

    def of(self, file: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.content["objects"] if one["file"] == file)
        return found

    def both(self, **more: Any) -> None:
        for file in ("a1.mp4", "a2.mp4"):
            self.of(file).update(more)

    def drop(self, *kinds: str) -> None:
        self.content["objects"] = [one for one in self.content["objects"] if one["kind"] not in kinds]

    def paper(self, kind: str, stage: str) -> None:
        self.content["objects"].append({"file": f"{kind}.pdf", "kind": kind, "stage": stage})

    def measure(self, name: str, start: str = "2026-03-05 10:00", end: str | None = "2026-03-05 10:05") -> None:
        self.content["measures"].append({"measure": name, "start": start, **({"end": end} if end else {})})

    def characters(self) -> dict[str, Character]:
        facts = {}
        for file, (start, length) in self.files.items():
            begun = self.started.get(file, TEN + timedelta(seconds=start)) - timedelta(hours=8)
            kind: Any = self.kinds.get(file, "video")
            named = self.named.get(file)
            properties = (("NameMoment", f"{named - timedelta(hours=8):%Y-%m-%dT%H:%M:%SZ}"),) if named else ()
            facts[file] = Character(
                kind, "test", properties, (Stream("sound", "AAC"),), length, begun.replace(tzinfo=UTC), "container"
            )
        return facts


def judged(case: Case) -> list[str]:
    """`severity name where` of every finding but the note that sealing asks for long-term storage (Art. 18)."""
    described, mistakes = check_content(case.content, {}, "case")
    assert described is not None, mistakes
    found = check(
        described,
        case.characters(),
        today=case.today,
        state_secrets=case.secrets,
        own_profiles=None,
        institution=case.institution,
    )
    for one in found:
        assert one.values["article"]
        assert all(known(one.code, language) for language in LANGUAGES), one.code
    told = accept(described, found, read_rules(None).accepting)
    return sorted(
        f"{one.severity} {one.code.removeprefix('rule.')} {one.where}".strip()
        for one in told
        if one.code != "rule.long-term"
    )


Change = Callable[[Case], object]
LIFE: list[tuple[str, Change, list[str]]] = []


def life(name: str, *expected: str) -> Callable[[Change], Change]:
    def enter(change: Change) -> Change:
        LIFE.append((name, change, sorted(expected)))
        return change

    return enter


def simple(name: str, change: Change, *expected: str) -> None:
    LIFE.append((name, change, sorted(expected)))


simple("right in everything", lambda c: None)

# Art. 6, 7: documents by stage
for kind in ("立案审批表", "行政处罚决定书", "送达回证", "查封决定书", "查封物品清单"):
    said = {"查封决定书": "查封、扣押决定书", "查封物品清单": "查封、扣押清单"}.get(kind, kind)
    simple(f"no {kind}", lambda c, k=kind: c.drop(k), f"error document-missing {said}")
simple(
    "no record of inspection or questioning",
    lambda c: c.drop("现场检查笔录", "询问笔录"),
    "error document-missing 现场检查、勘验或者询问笔录",
)
simple("one of the two records is enough", lambda c: c.drop("询问笔录"))
simple("no report at the end", lambda c: c.drop("调查终结报告"), "warning document-missing 调查终结报告")
simple("no prior notice", lambda c: c.drop("行政处罚事先告知书"), "warning document-missing 行政处罚事先告知书")
simple("no report on closing", lambda c: c.drop("结案报告"), "warning document-missing 结案报告")
simple(
    "summary procedure needs no opening",
    lambda c: (c.content.update(procedure="简易程序"), c.drop("立案审批表", "调查终结报告")),
)
simple(
    "a document under another name, told by its title",
    lambda c: c.of("送达回证.pdf").update(kind="文书", title="送达回证（留置）"),
)


@life("a hearing without its papers", "error document-missing 听证笔录", "error document-missing 听证报告")
def _(c: Case) -> None:
    c.measure("听证")
    c.add("b.mp4", 86400, 300)


@life("a hearing with its papers")
def _(c: Case) -> None:
    c.measure("听证")
    c.add("b.mp4", 86400, 300, stored="2026-03-06 10:00")
    c.paper("听证笔录", "审查")
    c.paper("听证报告", "审查")


@life("advance registration without its notice", "error document-missing 先行登记保存证据通知书")
def _(c: Case) -> None:
    c.measure("先行登记保存")
    c.add("b.mp4", 86400, 300, stored="2026-03-06 10:00")


@life("service by lien without its record", "error document-missing 留置送达记录")
def _(c: Case) -> None:
    c.measure("留置送达")
    c.add("b.mp4", 86400, 300, stored="2026-03-06 10:00")


@life("service by public notice without its papers", "error document-missing 公告送达材料")
def _(c: Case) -> None:
    c.measure("公告送达")
    c.add("b.mp4", 86400, 300, stored="2026-03-06 10:00")


@life("released without the decision on release", "error document-missing 解除查封、扣押决定书")
def _(c: Case) -> None:
    c.measure("解除查封")
    c.add("b.mp4", 86400, 300, stored="2026-03-06 10:00")


@life("an inspection needs neither decision on a penalty nor service")
def _(c: Case) -> None:
    c.content["case_type"] = "检查"
    c.content["measures"] = []
    c.drop("立案审批表", "行政处罚决定书", "送达回证", "查封决定书", "查封物品清单")
    c.paper("检查方案", "启动")
    c.paper("检查结果", "决定")


@life("an inspection without plan", "error document-missing 检查计划、方案或者通知")
def _(c: Case) -> None:
    c.content["case_type"] = "检查"
    c.content["measures"] = []
    c.paper("检查结果", "决定")


@life("coercion without the approval", "error document-missing 实施强制措施审批表")
def _(c: Case) -> None:
    c.content["case_type"] = "强制"
    c.drop("立案审批表")


# Art. 9: measures that must be recorded from start to end
NOT = "error measure-not-recorded"
simple("sealing without recording", lambda c: (c.files.clear(), c.drop("现场录像")), NOT)
simple("recording starts three minutes late", lambda c: c.files.update({"a1.mp4": (181, 119)}), NOT)
simple("recording starts a minute late", lambda c: c.files.update({"a1.mp4": (60, 240)}))
simple("recording stops three minutes early", lambda c: c.files.update({"a2.mp4": (300, 119)}), NOT)
simple("recording of another day", lambda c: c.files.update({"a1.mp4": (86400, 300), "a2.mp4": (86700, 300)}), NOT)
MISSING = "error document-missing "
for chinese, more in (
    ("扣押", [MISSING + "查封、扣押决定书"]),
    ("代履行", [MISSING + "代履行决定书", "warning document-missing 履行催告书"]),
    ("其他强制措施", []),
    ("限制人身自由", []),
    ("责令疏散人员", []),
    ("其他直接涉及人身、健康、重大财产的现场执法活动", []),
    ("强制执行", [MISSING + "强制执行决定书或者申请书", "warning document-missing 履行催告书"]),
):
    simple(f"{chinese} without recording", lambda c, m=chinese: c.measure(m), NOT, *more)
for chinese in ("加处罚款", "划拨", "拍卖"):
    simple(f"{chinese} is done at a desk", lambda c, m=chinese: c.measure(m))
simple("sealing without its end", lambda c: c.content["measures"][0].pop("end"), "warning measure-end-unknown")
# Art. 10: as the situation requires
for chinese in ("现场检查", "询问", "调查", "勘验"):
    simple(
        f"{chinese} without recording", lambda c, m=chinese: c.measure(m), "warning measure-not-recorded-situational"
    )
simple(
    "not recorded, for a reason",
    lambda c: (c.measure("询问"), c.content["measures"][-1].update(unrecorded_reason="当事人家中，不便录像")),
    "note measure-not-recorded-reason",
)
for reason in ("无", "/", "  ", "。"):
    simple(
        f"{reason!r} is no reason",
        lambda c, r=reason: (c.measure("询问"), c.content["measures"][-1].update(unrecorded_reason=r)),
        "warning measure-not-recorded-situational",
    )
simple(
    "a note is no reason",
    lambda c: (c.measure("询问"), c.content["measures"][-1].update(note="询问李某")),
    "warning measure-not-recorded-situational",
)
# Art. 11 to 13: what it shows, the device, the preamble
simple("nothing said of what it shows", lambda c: c.both(shows=[]), "warning contents-not-filled a1.mp4")
simple(
    "scene not shown", lambda c: c.both(shows=[s for s in SHOWS if s != "现场环境"]), "warning contents-missing a1.mp4"
)
simple(
    "split files show together what is asked",
    lambda c: (c.of("a1.mp4").update(shows=SHOWS[:3]), c.of("a2.mp4").update(shows=SHOWS[3:])),
)
simple("device not checked", lambda c: c.of("a1.mp4").update(device_checked=False), "warning device-not-checked a1.mp4")
simple("nothing said of the device", lambda c: c.both(device_checked=None), "warning device-check-not-filled a1.mp4")
simple("said of one of the split files", lambda c: c.of("a2.mp4").update(device_checked=None))
simple("no preamble", lambda c: c.of("a1.mp4").update(preamble=False), "warning preamble-missing a1.mp4")
simple("the preamble is looked for in the first file only", lambda c: c.of("a2.mp4").update(preamble=None))
# Art. 13, 14: without interruption
simple("a hole of two seconds is the camera's own", lambda c: c.files.update({"a2.mp4": (302, 300)}))
simple("a hole of three seconds", lambda c: c.files.update({"a2.mp4": (303, 300)}), "error recording-gap a2.mp4")


def hole(c: Case) -> None:
    c.files["a2.mp4"] = (390, 300)


simple("a hole of a minute and a half", hole, "error recording-gap a2.mp4")
simple(
    "a hole explained in writing",
    lambda c: (hole(c), c.of("中止记录说明.pdf").update(explains="a2.mp4")),
    "note recording-gap-explained a2.mp4",
)
simple(
    "a hole explained aloud",
    lambda c: (hole(c), c.of("a2.mp4").update(spoken_explanation="0:05")),
    "note recording-gap-spoken a2.mp4",
)
simple(
    "explained aloud after the end",
    lambda c: (hole(c), c.of("a2.mp4").update(spoken_explanation="6:00")),
    "error recording-gap-spoken-nowhere a2.mp4",
)
simple(
    "explained aloud at no time",
    lambda c: (hole(c), c.of("a2.mp4").update(spoken_explanation="开头")),
    "error recording-gap-spoken-nowhere a2.mp4",
)
simple("two files at once", lambda c: c.files.update({"a2.mp4": (200, 400)}), "warning recording-overlap a2.mp4")
simple("two devices at once are no overlap", lambda c: c.add("b.mp4", 0, 600, device="DSJ-2"))
simple("another day is no hole", lambda c: c.add("b.mp4", 86400, 60, stored="2026-03-06 09:00"))


@life("two measures on one day, each recorded whole, leave no hole")
def _(c: Case) -> None:
    c.measure("询问", "2026-03-04 15:00", "2026-03-04 15:05")
    c.add("b.mp4", 5 * 3600, 300)


# past midnight: 13 hours 58 minutes after ten
@life("a recording that goes on past midnight is one")
def _(c: Case) -> None:
    c.measure("询问", "2026-03-04 23:58", "2026-03-05 00:07")
    c.add("b1.mp4", 50280, 240)
    c.add("b2.mp4", 50520, 300, preamble=None, shows=[])


@life("a measure past midnight with a hole", "error recording-gap b2.mp4", "warning measure-partly-recorded")
def _(c: Case) -> None:
    c.measure("询问", "2026-03-04 23:50", "2026-03-05 00:30")
    c.add("b1.mp4", 49800, 480)
    c.add("b2.mp4", 51000, 1200)


# when it was: container, file name, description, clocks
AT = "2026-03-04 10:00:00"
simple("file name agrees", lambda c: c.named.update({"a1.mp4": TEN}))
simple(
    "file name two minutes off",
    lambda c: c.named.update({"a1.mp4": TEN + timedelta(minutes=2)}),
    "warning recording-times-differ a1.mp4",
)
simple(
    "container written at the end",
    lambda c: (c.of("a1.mp4").update(recording_start=AT), c.started.update({"a1.mp4": TEN + timedelta(minutes=5)})),
)
simple(
    "local time written as UTC",
    lambda c: (c.started.update({"a1.mp4": TEN + timedelta(hours=8)}), c.named.update({"a1.mp4": TEN})),
    "warning recording-times-zone a1.mp4",
)


@life("a clock ten minutes fast, corrected", "note clock-corrected DSJ-1")
def _(c: Case) -> None:
    c.files.update({"a1.mp4": (600, 300), "a2.mp4": (900, 300)})
    c.content["clocks"] = [{"device": "DSJ-1", "seconds": 600, "source": "与报时台核对"}]


simple(
    "a clock ten minutes fast, not corrected",
    lambda c: c.files.update({"a1.mp4": (600, 300), "a2.mp4": (900, 300)}),
    NOT,
)
simple(
    "a photograph of the day that is told",
    lambda c: (c.kinds.update({"p.jpg": "image"}), c.add("p.jpg", 0, 0, kind="现场照片", date="2026-03-04")),
)
simple(
    "a photograph of another day",
    lambda c: (c.kinds.update({"p.jpg": "image"}), c.add("p.jpg", 0, 0, kind="现场照片", date="2026-03-05")),
    "warning photograph-times-differ p.jpg",
)
simple(
    "a photograph whose name tells another hour",
    lambda c: (
        c.kinds.update({"p.jpg": "image"}),
        c.add("p.jpg", 0, 0, kind="现场照片"),
        c.named.update({"p.jpg": TEN + timedelta(hours=1)}),
    ),
    "warning photograph-times-differ p.jpg",
)
# Art. 15: two working days; 4 March is a Wednesday, so Friday the 6th is the last
simple("stored on the second working day", lambda c: c.both(stored="2026-03-06 17:00"))
simple("stored on Monday", lambda c: c.of("a1.mp4").update(stored="2026-03-09 09:00"), "warning stored-late a1.mp4")
simple(
    "returned on Thursday with a reason",
    lambda c: c.of("a1.mp4").update(stored="2026-03-09 09:00", returned="2026-03-05", late_storing_reason="异地执法"),
)
simple(
    "returned without a reason",
    lambda c: c.of("a1.mp4").update(stored="2026-03-09 09:00", returned="2026-03-05"),
    "warning stored-late-half-excepted a1.mp4",
)
simple(
    "a reason without return",
    lambda c: c.of("a1.mp4").update(stored="2026-03-09 09:00", late_storing_reason="异地"),
    "warning stored-late-half-excepted a1.mp4",
)
simple("nothing said of storing", lambda c: c.both(stored=None), "warning stored-unknown")
simple(
    "stored before it was made",
    lambda c: c.of("a1.mp4").update(stored="2026-03-03 09:00"),
    "warning stored-before-recorded a1.mp4",
)
# Art. 16: thirty working days after Friday 10 April 2026; 1 to 5 May are off, 9 May is worked: Tuesday 26 May is the last
simple("filed on the last day", lambda c: setattr(c, "today", date(2026, 5, 26)))
simple("filed a day late", lambda c: setattr(c, "today", date(2026, 5, 27)), "warning filed-late")
simple(
    "late with a reason",
    lambda c: (setattr(c, "today", date(2026, 5, 27)), c.content.update(late_filing_reason="复议期间")),
    "note filed-late-explained",
)


@life("a year whose holidays nobody knows yet", "note filing-uncertain", "note stored-uncertain b.mp4")
def _(c: Case) -> None:
    c.content["closed"], c.today = "2060-12-01", date(2060, 12, 2)
    c.add("b.mp4", 0, 300, stored="2060-01-07 09:00")
    c.started["b.mp4"] = datetime(2060, 1, 6, 10)


# Art. 17: evidence
simple("evidence proves nothing", lambda c: c.of("a1.mp4").update(proves=""), "warning evidence-not-explained a1.mp4")
for lacking in ("maker", "original_carrier", "transcript"):
    simple(
        f"evidence without {lacking}",
        lambda c, k=lacking: c.of("a1.mp4").update({k: ""}),
        "warning evidence-incomplete a1.mp4",
    )
simple(
    "a transcript that is not there",
    lambda c: c.of("a1.mp4").update(transcript="无.pdf"),
    "warning transcript-unknown a1.mp4",
)
simple("not used as evidence", lambda c: c.both(evidence=False, proves="", maker="", transcript=""))
# Art. 19, 20, 28
simple(
    "evidence kept shorter than the case",
    lambda c: c.of("a1.mp4").update(retention="10年"),
    "error retention-shorter a1.mp4",
)
simple(
    "a state secret",
    lambda c: c.of("询问笔录.pdf").update(classification="国家秘密"),
    "refuse state-secret 询问笔录.pdf",
)
simple(
    "a commercial secret raises the case",
    lambda c: c.of("询问笔录.pdf").update(classification="商业秘密"),
    "note classification-raised",
)
simple(
    "entrusted without instrument",
    lambda c: c.content.update(producer={"name": "支队", "entrusted_by": "局"}),
    "error no-instrument",
    "note delegated",
)
simple(
    "entrusted with instrument",
    lambda c: c.content.update(producer={"name": "支队", "entrusted_by": "局", "instrument": "委〔2025〕3号"}),
    "note delegated",
)
simple(
    "made by somebody else without entrustment",
    lambda c: c.content.update(producer={"name": "某支队"}),
    "warning producer-other",
)


def answer(finding: str, **more: str) -> list[dict[str, str]]:
    return [{"finding": finding, "person": "周建国", "reason": "原件已失", **more}]


# a named person answers
simple(
    "an error answered for",
    lambda c: (c.drop("送达回证"), c.content.update(acceptances=answer("document-missing", where="送达回证"))),
    "warning document-missing 送达回证",
)
# One answer for whatever may be missing is none: whoever answers names what for.
simple(
    "an answer for everything",
    lambda c: (c.drop("送达回证"), c.content.update(acceptances=answer("document-missing"))),
    "error document-missing 送达回证",
    "warning acceptance-nowhere",
)
simple(
    "an answer that says nothing",
    lambda c: (
        c.drop("送达回证"),
        c.content.update(acceptances=answer("document-missing", where="送达回证", reason="同意，情况属实。")),
    ),
    "error document-missing 送达回证",
    "warning acceptance-no-reason 送达回证",
)
simple(
    "another document answered for",
    lambda c: (c.drop("送达回证"), c.content.update(acceptances=answer("document-missing", where="立案审批表"))),
    "error document-missing 送达回证",
    "warning acceptance-unused 立案审批表",
)
simple(
    "a refusal cannot be answered for",
    lambda c: (
        c.of("询问笔录.pdf").update(classification="国家秘密"),
        c.content.update(acceptances=answer("state-secret", where="询问笔录.pdf")),
    ),
    "refuse state-secret 询问笔录.pdf",
    "warning acceptance-unused 询问笔录.pdf",
)


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in LIFE], ids=[row[0] for row in LIFE])
def test_life(change: Change, expected: list[str]) -> None:
    case = Case()
    case.content = copy.deepcopy(case.content)
    change(case)
    assert judged(case) == expected


def test_there_are_enough_of_them() -> None:
    assert len(LIFE) >= 61
    assert len({row[0] for row in LIFE}) == len(LIFE)
