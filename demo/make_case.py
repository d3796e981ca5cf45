"""Makes the demonstration's case: `python -m demo.make_case FOLDER`."""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from demo import media, papers
from demo.papers import AGENCY, CAUSE, PARTY

CHINA = ZoneInfo("Asia/Shanghai")
DEVICE, OFFICER = "DSJ-A20031", "110233"
OFFICERS = (("陈立新", "鄂A2031107"), ("王晓梅", "鄂A2031132"))


def make_case(folder: Path, *, small: bool = False, today: date | None = None) -> Path:
    """Write the case into `folder` and return it. `small`: a few tiny files, in about three seconds.

    Dates lie before `today` (the present day by default), so that the case was closed ten days ago.
    """
    folder.mkdir(parents=True, exist_ok=True)
    closed = (today or datetime.now(CHINA).date()) - timedelta(days=10)
    begun = closed - timedelta(days=50)
    raid = datetime.combine(begun + timedelta(days=2), datetime.min.time(), CHINA) + timedelta(hours=19, minutes=30)
    number = f"临文综罚〔{begun.year}〕12号"
    objects: list[dict[str, Any]] = []

    def add(file: str, kind: str, stage: str, **more: Any) -> Path:
        objects.append({"file": file, "kind": kind, "stage": stage, **more})
        return folder / file

    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        _papers(add, number, begun, raid, closed, small)
        _recordings(add, raid, small, scratch)
    description = _description(number, begun, raid, closed, objects, small)
    (folder / "case.json").write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder


def _papers(add: Any, number: str, begun: date, raid: datetime, closed: date, small: bool) -> None:
    day = raid.strftime("%Y年%m月%d日")
    signed = f"{AGENCY}　{begun:%Y年%m月%d日}"
    facts = [
        ("案由", CAUSE),
        ("当事人", PARTY),
        ("地址", "临江市江滨路88号"),
        ("承办人", "、".join(n for n, _ in OFFICERS)),
    ]
    papers.pdf(
        add("01立案/立案审批表.pdf", "立案审批表", "initiation", date=begun.isoformat()),
        "立案审批表",
        number,
        papers.table([*facts, ("立案依据", "《营业性演出管理条例》第四十三条"), ("负责人意见", "同意立案。　周建国")]),
        signed,
    )
    papers.gbk_letter(add("01立案/举报信.txt", "举报信", "initiation", date=begun.isoformat()), day)
    papers.pdf(
        add("02调查取证/现场检查笔录.pdf", "现场检查笔录", "investigation", date=raid.date().isoformat()),
        "现场检查笔录",
        number,
        papers.table(
            [
                ("检查时间", f"{day} 19时30分至19时45分"),
                ("检查地点", "临江市江滨路88号 星河剧场"),
                ("检查人", "陈立新、王晓梅"),
                ("执法记录仪", f"{DEVICE}（警号 {OFFICER}）"),
            ]
        )
        + "\n#v(0.6em)\n"
        + papers.paragraphs(
            f"{day}19时30分，执法人员陈立新、王晓梅到达星河剧场，出示执法证件，告知正在进行音像记录。",
            "现场正在举行“周末歌会”营业性演出，观众约九十人，门口售票处张贴票价80元。现场负责人李某不能出示演出批准文件。",
            "检查过程中，现场负责人对检查提出异议。执法人员对售票台账一册、门票存根二百张采取先行登记保存措施。",
        ),
        "当事人（签名）：李某　　执法人员（签名）：陈立新　王晓梅",
    )
    if small:
        return
    papers.mail(
        add("01立案/转办邮件.eml", "交办文件", "initiation", date=begun.isoformat()), begun.strftime("%a, %d %b %Y")
    )
    papers.pdf(
        add("02调查取证/询问笔录（李某）.pdf", "询问笔录", "investigation", date=raid.date().isoformat()),
        "询问笔录",
        number,
        papers.paragraphs(
            *[
                "问：你单位举办本次演出是否取得文化主管部门批准？",
                "答：没有。我们以为在自己的剧场里唱歌不需要批准。",
                "问：演出从什么时候开始，一共举办了几场，收入多少？",
                "答：这个月开始的，每周六一场，一共三场，门票收入一万九千二百元。",
                "问：演员从哪里来？",
                "答：都是本地的歌手，没有签书面合同。",
                "问：以上笔录请你核对，与你所说是否一致？",
                "答：看过了，一致。",
            ]
            * 4
        ),
        "被询问人（签名）：李某　　询问人（签名）：陈立新　王晓梅",
    )
    papers.pdf(
        add(
            "02调查取证/先行登记保存证据通知书〔12号〕.pdf",
            "先行登记保存通知书",
            "investigation",
            date=raid.date().isoformat(),
        ),
        "先行登记保存证据通知书",
        number,
        papers.table([("物品", "售票台账一册；门票存根二百张"), ("保存期限", "七日"), ("保存地点", f"{AGENCY}证据室")]),
        signed,
    )
    papers.xlsx(
        add("02调查取证/证据清单.xlsx", "证据清单", "investigation"),
        [
            ("序号", "名称", "数量", "来源", "证明内容"),
            ("1", "售票台账", "1册", "现场登记保存", "违法所得"),
            ("2", "门票存根", "200张", "现场登记保存", "售票演出的事实"),
            ("3", "现场录像", "4段", "执法记录仪", "演出正在进行"),
        ],
    )
    papers.docx(
        add("03审查/案件调查终结报告.docx", "调查终结报告", "examination"),
        "案件调查终结报告",
        [
            f"案由：{CAUSE}",
            f"当事人：{PARTY}",
            "经查，当事人未经批准举办营业性演出三场，违法所得19200元。以上事实有现场检查笔录、询问笔录、"
            "现场录像、售票台账等证据证实。",
            "建议：没收违法所得19200元，并处违法所得8倍罚款。",
        ],
    )
    papers.pdf(
        add("04决定/行政处罚决定书.pdf", "行政处罚决定书", "decision", date=(closed - timedelta(days=15)).isoformat()),
        "行政处罚决定书",
        number,
        papers.paragraphs(
            f"当事人：{PARTY}。",
            "你单位未经批准举办营业性演出活动，违反《营业性演出管理条例》第十三条的规定。依据该条例第四十三条，"
            "决定：一、没收违法所得19200元；二、处违法所得8倍的罚款，计153600元。",
            "如不服本决定，可以自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼。",
        ),
        signed,
    )
    papers.pdf(
        add("05送达/送达回证.pdf", "送达回证", "service", date=(closed - timedelta(days=14)).isoformat()),
        "送达回证",
        number,
        papers.table(
            [("送达文书", "行政处罚决定书"), ("受送达人", PARTY), ("送达方式", "直接送达"), ("签收人", "李某")]
        ),
        signed,
    )
    papers.pdf(
        add("06结案/结案报告.pdf", "结案报告", "filing", date=closed.isoformat()),
        "结案报告",
        number,
        papers.table([*facts, ("执行情况", "罚没款已于规定期限内缴清"), ("结案日期", f"{closed:%Y年%m月%d日}")]),
        signed,
    )


_SHOWN = ["开始和结束时间", "现场环境", "现场人员", "涉案证据", "采取措施情况", "文书制作送达"]
_NOT_MADE = ("先行登记保存证据通知书", "行政处罚决定书", "送达回证")


def _answers(objects: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What the small case lacks, answered for one by one: its papers, and the hole before its last recording."""
    *_, last = (item["file"] for item in objects if item["kind"] == "现场录像")
    gaps = [("document-missing", name) for name in _NOT_MADE] + [("recording-gap", last)]
    reason = "小型演示案件，不含全部文书和录像"
    return [{"finding": name, "where": where, "person": "周建国", "reason": reason} for name, where in gaps]


def _recordings(add: Any, raid: datetime, small: bool, scratch: Path) -> None:
    size = (160, 120) if small else (640, 360)
    seconds = 1.0 if small else 12.0
    words = (
        "现在是晚上七点三十分，我们是临江市文化和旅游局执法人员，正在对星河剧场进行检查，全程录音录像。",
        "请现场负责人出示营业性演出许可证和演出批准文件。",
        "你说没有批准文件，请在笔录上签字确认。",
        "设备恢复，继续记录。现在对售票台账和门票存根进行先行登记保存。",
    )
    starts = [raid + timedelta(seconds=seconds * n) for n in range(3)] + [raid + timedelta(minutes=11)]
    chosen = (0, 3) if small else (0, 1, 2, 3)
    for part in chosen:
        start = starts[part]
        file = f"02调查取证/现场录像/{DEVICE}_{OFFICER}_{start:%Y%m%d%H%M%S}_{part + 1:04}.mp4"
        path = add(
            file,
            "现场录像",
            "investigation",
            device=DEVICE,
            maker="陈立新",
            evidence=True,
            place="临江市江滨路88号星河剧场",
            proves="演出正在进行、现场无批准文件；登记保存的经过",
            date=start.date().isoformat(),
            shows=_SHOWN if part in (0, 3) else [],
            preamble=True if part in (0, 3) else None,
            device_checked=True,
            stored=(start + timedelta(hours=14)).replace(tzinfo=None).isoformat(),
            original_carrier="执法记录仪存储卡",
            spoken_explanation="0:01" if part == 3 and not small else "",
        )
        media.video(path, scratch, start, seconds, words[part], DEVICE, OFFICER, part, size)
    photo = (320, 240) if small else (1600, 1200)
    shots = (("现场照片1（舞台）.jpg", 1, 10), ("现场照片2（售票处）.jpg", 4, 20), ("IMG_手机补拍.heic", 6, 30))
    for name, minutes, seed in shots[: 1 if small else 3]:
        moment = raid + timedelta(minutes=minutes)
        path = add(
            f"02调查取证/照片/{name}", "现场照片", "investigation", maker="王晓梅", date=moment.date().isoformat()
        )
        media.photograph(path, moment.replace(tzinfo=None), f"{moment:%Y-%m-%d %H:%M:%S}", seed, photo)
    if not small:
        path = add(
            "02调查取证/电话核实录音.m4a",
            "电话录音",
            "investigation",
            maker="王晓梅",
            evidence=True,
            proves="演员到场的情况",
        )
        talk = "请问您是不是星河剧场的演员？是的，每场两百块钱，没有签合同。"
        media.sound_file(path, scratch, talk, raid + timedelta(hours=15))


def _description(
    number: str, begun: date, raid: datetime, closed: date, objects: list[dict[str, Any]], small: bool
) -> dict[str, Any]:
    local = raid.replace(tzinfo=None)
    sequence = int("".join(filter(str.isdigit, number.rpartition("〕")[2])) or 12)
    return {
        "case_number": number,
        "archival_number": f"L012-ZY·ZF·{closed.year}·D30-{sequence:03}",
        "case_type": "处罚",
        "title": f"{PARTY}{CAUSE}",
        "cause": "未经批准擅自从事营业性演出",
        "producer": {"name": AGENCY},
        "start": begun.isoformat(),
        "closed": closed.isoformat(),
        "retention": "30年",
        "parties": [{"name": PARTY, "role": "当事人", "identity": "91420100MA0000000Y"}],
        "officers": [{"name": name, "number": card} for name, card in OFFICERS],
        "stages": [
            {"stage": "启动", "start": begun.isoformat(), "end": begun.isoformat()},
            {"stage": "调查", "start": raid.date().isoformat(), "end": (closed - timedelta(days=25)).isoformat()},
            {"stage": "决定", "start": (closed - timedelta(days=15)).isoformat()},
            {"stage": "送达", "start": (closed - timedelta(days=14)).isoformat()},
        ],
        "measures": [
            {"measure": "现场检查", "start": local.isoformat(), "end": (local + timedelta(minutes=12)).isoformat()},
            {"measure": "先行登记保存", "start": (local + timedelta(minutes=11)).isoformat()},
        ],
        "incidents": [{"incident": "提出异议", "when": local.isoformat(), "note": "现场负责人对检查提出异议"}],
        "classification": "内部",
        "note": "演示案例，内容均为虚构",
        "acceptances": _answers(objects) if small else [],
        "objects": objects,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo.make_case", description="Make the demonstration's case.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true", help="a few tiny files")
    given = parser.parse_args()
    make_case(given.folder, small=given.small)
