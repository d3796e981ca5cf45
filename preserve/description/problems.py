"""The names of the errors that a person may answer for, as the sheet 问题说明 lists them, beside their codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from preserve.messages import language

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "document-missing": ("缺少文书", "document missing"),
    "measure-not-recorded": ("措施未完整录制", "measure not recorded"),
    "measure-not-recorded-situational": ("措施没有音像记录", "measure without a recording"),
    "measure-not-recorded-undated": ("措施录像时间不明", "recording of a measure undated"),
    "measure-only-photographs": ("措施只有照片", "measure with photographs only"),
    "measure-recording-undated": ("无法判断措施是否录制", "measure perhaps not recorded"),
    "measure-partly-recorded": ("措施未自始至终录制", "measure recorded in part"),
    "incident-not-recorded": ("现场争议没有音像记录", "incident without a recording"),
    "incident-recording-undated": ("无法判断争议是否录制", "incident perhaps not recorded"),
    "measure-end-unknown": ("措施结束时间未填写", "end of a measure unknown"),
    "recording-gap": ("录像中断", "hole in a recording"),
    "recording-gap-spoken-nowhere": ("语音说明时间点有误", "spoken explanation out of place"),
    "recording-overlap": ("录像时间重叠", "recordings overlap"),
    "recording-times-differ": ("录制时间不一致", "times of a recording differ"),
    "recording-times-zone": ("录制时间相差时区", "times differ by a zone"),
    "photograph-times-differ": ("照片时间不一致", "times of a photograph differ"),
    "contents-missing": ("记录内容不全", "contents missing"),
    "contents-not-filled": ("记录内容未填写", "contents not filled in"),
    "preamble-missing": ("未作语音说明", "no spoken preamble"),
    "recording-start-unknown": ("录制时间不明", "start of a recording unknown"),
    "recording-length-unknown": ("录制时长不明", "length of a recording unknown"),
    "recording-edited": ("文件内有剪辑转换软件", "editing program named"),
    "recording-name-edited": ("名称含剪辑字样", "name says edited"),
    "device-check-not-filled": ("设备检查未填写", "check of the device not filled in"),
    "device-not-checked": ("录制前未检查设备", "device not checked"),
    "evidence-not-explained": ("证明内容未填写", "evidence not explained"),
    "evidence-incomplete": ("证据说明不全", "evidence incomplete"),
    "transcript-unknown": ("文字整理文件不在案卷中", "transcript unknown"),
    "stored-late": ("逾期存储", "stored late"),
    "stored-late-half-excepted": ("延期存储依据不全", "late storing half excepted"),
    "stored-late-uncertain": ("可能逾期存储", "perhaps stored late"),
    "stored-before-recorded": ("存储早于录制", "stored before recorded"),
    "stored-unknown": ("存储时间未填写", "time of storing unknown"),
    "filed-late": ("逾期归档", "filed late"),
    "filed-late-uncertain": ("可能逾期归档", "perhaps filed late"),
    "legacy-not-old": ("不是旧案", "not an old case"),
    "closed-in-future": ("结案日期晚于今天", "closed in the future"),
    "date-in-future": ("日期晚于今天", "date in the future"),
    "recorded-in-future": ("录制日期晚于今天", "recorded in the future"),
    "stage-differs": ("文书阶段不符", "paper in another stage"),
    "file-identical": ("文件内容重复", "identical files"),
    "secrecy-mark": ("出现国家秘密标志", "mark of a state secret"),
    "secrecy-mark-undeclared": ("有国家秘密标志未著录", "mark not declared"),
    "retention-shorter": ("文件保管期限短于案卷", "retention shorter than the case's"),
    "no-instrument": ("缺少委托书文号", "no instrument of entrusting"),
    "producer-other": ("形成单位不是本机关", "another producer"),
    "empty": ("文件为空", "empty file"),
    "unreadable": ("文件无法打开", "unreadable file"),
    "truncated": ("文件残缺", "truncated file"),
    "encrypted": ("文件已加密", "encrypted file"),
    "digest-differs": ("数字摘要与清单不符", "digest differs"),
    "file-missing": ("清单所列文件缺失", "listed file missing"),
    "size-differs": ("大小与清单不符", "size differs"),
    "count-differs": ("件数与说明不符", "count differs"),
    "folder-twice": ("档号文件夹重复", "folder twice"),
}
"""Chinese and English name of each error, by the code without its domain. What a profile or a later rule adds goes by
its code."""


def problem_of(written: str) -> str:
    """The code that a name in either language, or the code itself, stands for; anything else as it was."""
    key = _key(written)
    for code, names in PROBLEMS.items():
        if key in (code, _key(names[0]), _key(names[1])):
            return code
    return written


def name_of_problem(code: str) -> str:
    """What people call an error: in Chinese its name, in English its code, which the hints and documents name."""
    short = code.partition(".")[2] or code
    return chinese_problem(short) if language() == "zh" else short


def chinese_problem(code: str) -> str:
    """The Chinese name of an error; of one without a name its code."""
    short = code.partition(".")[2] or code
    return PROBLEMS[short][0] if short in PROBLEMS else short


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).casefold().split()).strip("[]［］“”\"'")
