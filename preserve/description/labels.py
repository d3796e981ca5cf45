"""The headings and fixed values of a case description, as the workbook shows them and as people may write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from preserve.description import legacy
from preserve.description.fixed_values import Classification, LegacyFact, Procedure, Retention, Stage, Volume
from preserve.messages import language

VALUES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Procedure: {"ordinary": "普通程序", "summary": "简易程序"},
    Stage: {
        "initiation": "启动",
        "investigation": "调查",
        "examination": "审查",
        "decision": "决定",
        "service": "送达",
        "execution": "执行",
        "filing": "归档",
    },
    Classification: {
        "internal": "内部",
        "privacy": "个人隐私",
        "commercial-secret": "商业秘密",
        "state-secret": "国家秘密",
    },
    Retention: {"10-years": "10年", "30-years": "30年", "permanent": "永久"},
    Volume: {"main": "正卷", "inner": "副卷"},
    LegacyFact: legacy.CHINESE,
}
"""For each enumeration of the schema the Chinese word of each value; words of profiles are in the vocabulary."""

_ENGLISH: Mapping[type[StrEnum], Mapping[str, str]] = {
    Procedure: {"ordinary": "ordinary procedure", "summary": "summary procedure"},
    Stage: {
        "initiation": "initiation",
        "investigation": "investigation",
        "examination": "examination",
        "decision": "decision",
        "service": "service",
        "execution": "execution",
        "filing": "filing",
    },
    Classification: {
        "internal": "internal",
        "privacy": "personal privacy",
        "commercial-secret": "commercial secret",
        "state-secret": "state secret",
    },
    Retention: {"10-years": "10 years", "30-years": "30 years", "permanent": "permanent"},
    Volume: {"main": "main file", "inner": "internal papers"},
    LegacyFact: legacy.ENGLISH,
}

CASE = {
    "case_number": "案号",
    "archival_number": "档号",
    "case_type": "案件类型",
    "procedure": "办案程序",
    "title": "题名",
    "cause": "案由",
    "producer.name": "形成单位",
    "producer.entrusted_by": "委托机关",
    "producer.instrument": "委托书文号",
    "start": "立案日期",
    "closed": "结案日期",
    "outcome": "处理结果",
    "classification": "密级与限制",
    "access": "可查阅人员",
    "retention": "保管期限",
    "late_filing_reason": "逾期归档理由",
    "note": "备注",
}
"""Fields of the sheet 案件, in order."""

LEGACY = {
    "legacy.source": "旧案来源",
    "legacy.carrier": "原存载体",
    "legacy.not_known": "无从查考的项目",
    "legacy.start": "立案年月",
    "legacy.closed": "结案年月",
    "legacy.note": "旧案说明",
}
"""Fields of the same sheet that an old case alone has: they are in a workbook that was made of one."""

SHEETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "parties": (
        "当事人",
        {"name": "姓名或名称", "role": "身份", "identity": "证件号码", "classification": "密级与限制"},
    ),
    "officers": ("执法人员", {"name": "姓名", "number": "执法证号"}),
    "stages": ("阶段", {"stage": "阶段", "start": "开始日期", "end": "结束日期"}),
    "measures": (
        "措施",
        {
            "measure": "措施",
            "start": "开始时间",
            "end": "结束时间",
            "place": "地点",
            "unrecorded_reason": "未录制理由",
            "note": "备注",
        },
    ),
    "incidents": ("异议与阻碍", {"incident": "情形", "when": "时间", "note": "备注"}),
    "clocks": ("设备时钟", {"device": "设备编号", "seconds": "快慢秒数", "source": "依据"}),
    "acceptances": (
        "问题说明",
        {
            "finding": "问题名称",
            "where": "涉及文件或文书",
            "person": "说明人",
            "reason": "理由",
            "document": "说明文件",
        },
    ),
    "objects": (
        "文件",
        {
            "file": "文件",
            "kind": "文书或录制种类",
            "stage": "阶段",
            "volume": "正卷或副卷",
            "title": "题名",
            "doc_number": "文号",
            "responsible": "责任者",
            "date": "日期",
            "pages": "页数",
            "maker": "制作人",
            "place": "地点",
            "proves": "证明内容",
            "evidence": "作为证据",
            "classification": "密级与限制",
            "retention": "保管期限",
            "explains": "说明哪段中断",
            "with_case": "随卷归档",
            "note": "备注",
            "recording_start": "录制开始时间",
            "device": "设备编号",
            "shows": "记录内容",
            "preamble": "已作语音说明",
            "device_checked": "已检查设备",
            "stored": "存储时间",
            "returned": "返回单位日期",
            "late_storing_reason": "延期存储理由",
            "spoken_explanation": "语音说明时间点",
            "original_carrier": "原始载体",
            "transcript": "文字整理文件",
        },
    ),
}
"""Sheets of rows: field of the description, name of the sheet, its columns."""

RECORDINGS_SHEET = "录音录像"
OF_RECORDINGS = (
    "recording_start",
    "device",
    "shows",
    "preamble",
    "device_checked",
    "stored",
    "returned",
    "late_storing_reason",
    "spoken_explanation",
    "original_carrier",
    "transcript",
)
"""What is asked of recordings only: columns of a sheet of their own, whose rows name the file; earlier workbooks have
them in the sheet of files."""

PRINTED_COLUMNS = 8
"""So many columns of the sheet of files are printed: those that go first are the list of a volume."""

KEYS: Mapping[str, str] = {
    **{field: label for _, columns in SHEETS.values() for field, label in columns.items()},
    **{field: label for field, label in CASE.items() if "." not in field},
    **{field: sheet for field, (sheet, _) in SHEETS.items()},
}
"""What the workbook calls a field, where only its own name is known."""


def without_volume(columns: Mapping[str, str], rows: Iterable[Any], divided: bool) -> Mapping[str, str]:
    """The columns of a sheet without that of the volume, unless files are `divided` or a row says one."""
    if divided or any((row.get("volume") if isinstance(row, dict) else getattr(row, "volume", None)) for row in rows):
        return columns
    return {name: label for name, label in columns.items() if name != "volume"}


CASE_SHEET = "案件"
HELP_SHEET = "说明"
CHOICES_SHEET = "选项"


ALSO: Mapping[type[StrEnum], Mapping[str, str]] = {
    Procedure: {
        "一般程序": "ordinary",
        "普通": "ordinary",
        "一般": "ordinary",
        "ordinary": "ordinary",
        "简易": "summary",
        "当场处罚": "summary",
        "当场处罚程序": "summary",
        "summary": "summary",
    },
    Stage: {
        "立案": "initiation",
        "受理": "initiation",
        "案件来源": "initiation",
        "调查取证": "investigation",
        "取证": "investigation",
        "检查": "investigation",
        "现场检查": "investigation",
        "审核": "examination",
        "法制审核": "examination",
        "审理": "examination",
        "听证": "examination",
        "审核决定": "decision",
        "审查决定": "decision",
        "处罚决定": "decision",
        "告知": "decision",
        "送达执行": "service",
        "文书送达": "service",
        "结案": "filing",
        "结案归档": "filing",
        "立卷归档": "filing",
        "立卷": "filing",
    },
    Classification: {
        "无": "internal",
        "一般": "internal",
        "普通": "internal",
        "内部资料": "internal",
        "隐私": "privacy",
        "个人信息": "privacy",
        "商密": "commercial-secret",
        "商业机密": "commercial-secret",
        "秘密": "state-secret",
        "机密": "state-secret",
        "绝密": "state-secret",
        "涉密": "state-secret",
    },
    Retention: {
        "10": "10-years",
        "十年": "10-years",
        "定期10年": "10-years",
        "30": "30-years",
        "三十年": "30-years",
        "定期30年": "30-years",
        "永久保存": "permanent",
    },
}
"""What else people write for a value; the words of Art. 6 and 8 of the regulation are among them."""

_TAILS = ("阶段", "环节")


def label_of(value: StrEnum) -> str:
    """The word of a value in the language in use."""
    return (VALUES if language() == "zh" else _ENGLISH)[type(value)][value.value]


def chinese_of(value: StrEnum) -> str:
    """The word of a value as the workbook has it."""
    return VALUES[type(value)][value.value]


def value_of(kind: type[StrEnum], written: str) -> str:
    """The value that a word of either language or the value itself names; what is neither comes back as it was."""
    words = _words_for(kind)
    key = _key(written)
    shorter = next((key.removesuffix(tail) for tail in _TAILS if key.endswith(tail)), key)
    return words.get(key) or words.get(shorter) or written


@cache
def _words_for(kind: type[StrEnum]) -> dict[str, str]:
    """All words of all values, gathered once: a large case asks for each file."""
    words = {_key(word): value for value, word in VALUES[kind].items()}
    words |= {_key(word): value for value, word in _ENGLISH[kind].items()}
    words |= {_key(word): value for word, value in ALSO.get(kind, {}).items()}
    return words | {value: value for value in VALUES[kind]}


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())
