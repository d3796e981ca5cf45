"""Papers and those that only look like them: what each profile takes for a paper, and what it must not."""

from __future__ import annotations

import pytest

from preserve.description.schema import CaseObject
from preserve.ingest.rules.looks import is_one, says
from preserve.ingest.rules.profile import Document, Looks, read_case_type

RIGHT = {
    "立案审批表": ["立案审批表", "案件立案登记表", "立案报告", "立 案 审 批 表"],
    "现场检查、勘验或者询问笔录": ["现场检查（勘验）笔录", "调查询问笔录", "核查报告"],
    "行政处罚事先告知书": ["行政处罚事先告知书", "行政处罚（听证）告知书", "处罚告知书", "听证权利告知书"],
    "行政处罚决定书": ["行政处罚决定书", "当场行政处罚决定书", "行政处罚决定书（含送达回证）"],
    "送达回证": ["送达回证", "行政处罚决定书送达回证", "邮寄送达回执", "留置送达记录", "送达公告"],
    "查封、扣押决定书": ["扣押决定书", "查封（扣押）决定书", "查封、扣押财物决定书", "行政强制措施决定书"],
    "查封、扣押清单": ["扣押物品清单", "查封（扣押）财物清单", "物品清单"],
    "解除查封、扣押决定书": ["解除扣押决定书", "解除查封（扣押）决定书", "解除行政强制措施决定书"],
    "代履行决定书": ["代履行决定书", "行政代履行决定书"],
    "强制执行决定书或者申请书": [
        "强制执行决定书",
        "强制执行申请书",
        "申请人民法院强制执行书",
        "准予强制执行裁定书执行裁定",
    ],
    "先行登记保存证据通知书": ["先行登记保存通知书", "证据先行登记保存通知书"],
    "听证笔录": ["听证笔录", "听证会笔录"],
    "结案报告": ["结案报告", "结案审批表"],
}
WRONG = {
    "立案审批表": ["不予立案审批表", "立案告知书", "撤销立案审批表", "不立案决定"],
    "现场检查、勘验或者询问笔录": ["听证笔录", "集体讨论笔录", "陈述申辩笔录", "询问通知书"],
    "行政处罚事先告知书": ["立案告知书", "举报处理结果告知书", "行政处罚事先告知审批表"],
    "行政处罚决定书": [
        "行政处罚决定审批表",
        "不予行政处罚决定书",
        "撤销行政处罚决定",
        "行政处罚决定书送达回证",
        "处罚决定书草稿",
    ],
    "送达回证": ["送达地址确认书", "电子送达方式确认书", "送达审批表"],
    "查封、扣押决定书": ["解除扣押决定书", "延长扣押期限决定书", "扣押审批表", "扣押决定书送达回证"],
    "查封、扣押清单": ["证据清单", "解除扣押物品清单", "先行登记保存物品清单", "退还物品清单", "没收物品清单"],
    "解除查封、扣押决定书": ["解除先行登记保存通知书", "解除扣押申请书", "解除查封审批表", "解除扣押物品清单"],
    "代履行决定书": ["代履行催告书", "代履行审批表", "代履行协议"],
    "强制执行决定书或者申请书": ["强制执行审批表", "不予强制执行决定书", "履行催告书"],
    "先行登记保存证据通知书": ["先行登记保存证据处理通知书", "解除先行登记保存通知书", "先行登记保存清单"],
    "听证笔录": ["听证通知书", "听证申请书"],
    "结案报告": ["未结案说明"],
}


def _named(name: str, case_type: str = "penalty") -> list[Document]:
    return [one for one in read_case_type(case_type, None).document if one.name.zh == name]


def _paper(kind: str, title: str = "") -> CaseObject:
    return CaseObject(file="a.pdf", kind=kind, stage="decision", title=title)


@pytest.mark.parametrize("name", list(RIGHT))
def test_a_paper_is_known_by_the_names_that_it_bears(name: str) -> None:
    for kind in RIGHT[name]:
        assert any(is_one(_paper(kind), rule) for rule in _named(name)), kind
        assert any(is_one(_paper("文书", kind), rule) for rule in _named(name)), kind


@pytest.mark.parametrize("name", list(WRONG))
def test_what_looks_like_it_does_not_stand_for_it(name: str) -> None:
    for kind in WRONG[name]:
        assert not any(is_one(_paper(kind), rule) for rule in _named(name)), kind
        assert not any(is_one(_paper("文书", kind), rule) for rule in _named(name)), kind


def test_a_kind_that_a_draft_guessed_is_not_believed_against_the_title() -> None:
    (decision,) = _named("行政处罚决定书")
    assert not is_one(_paper("行政处罚决定书", "行政处罚决定审批表"), decision)
    assert is_one(_paper("行政处罚决定书", "关于不予延期的决定"), decision)  # a title that is of something else


def test_seizure_is_not_proven_by_the_decision_on_sealing() -> None:
    assert [is_one(_paper("查封决定书"), rule) for rule in _named("查封、扣押决定书")] == [True, False]
    assert [is_one(_paper("解除查封决定书"), rule) for rule in _named("解除查封、扣押决定书")] == [True, False]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("举报信", True),
        ("领导批示", True),
        ("督办函", True),
        ("年度安全检查计划", True),
        ("开展督导检查的通知", True),
        ("现场检查记录", False),
        ("举报答复", False),
        ("检查结果告知", False),
        ("督导检查报告", False),
    ],
)
def test_an_inspection_begins_with_a_plan_a_complaint_or_an_order(kind: str, expected: bool) -> None:
    (plan,) = _named("检查计划、方案或者通知", "inspection")
    assert is_one(_paper(kind), plan) is expected


def test_a_star_stands_for_anything_and_width_and_spaces_do_not_count() -> None:
    looks = Looks(words=("查封*决定",), but=("解除",))
    assert is_one(_paper("查封（扣押）决定书"), looks) and is_one(_paper("查 封 决 定 书"), looks)
    assert not is_one(_paper("查封清单"), looks) and not is_one(_paper("解 除查封决定书"), looks)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("扣押决定书", ("扣押*书", "清单"), True),
        ("物品清单", ("扣押*书", "清单"), True),
        ("扣押", ("扣押*书", "清单"), False),
        ("a+b(c)", ("A+B", "x"), True),
        ("aab(c)", ("A+B", "x"), False),
        ("", ("书",), False),
        ("书", (), False),
        ("书", ("",), True),
    ],
)
def test_one_of_several_words(text: str, words: tuple[str, ...], expected: bool) -> None:
    assert says(text, words) is expected
    assert says(text, words) is any(says(text, (word,)) for word in words)
