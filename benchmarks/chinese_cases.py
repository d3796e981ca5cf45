"""Cases of a culture and tourism bureau in Chinese, by chance from a seed: descriptions and documents that differ.

Names, places, devices, sums and dates are drawn for each case; the documents are put together from sentences of the
matter in hand, of varied number and order, some of them rare, so that words come as often as they do in an archive:
`演出` in every second case, `古籍` in one of some hundred, a device or a name in few.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAYS = 7300
"""So many days lie between the first and the last."""

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔"
    "贺赖龚文"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英建国华文志海晓东雪梅春波红宇浩凯健俊帆佳琪子轩梓"
    "涵欣怡思远嘉诚博雅若彤天翔一鸣书瑶泽楷语嫣安然乐瑾瑜钰鑫淼焱垚"
)
_TOWNS = "临江清河云山东林南浦西岭北塘新港古渡松溪柳泉白石青阳长宁永安太平和顺金沙银川玉田龙泉凤凰虎跃"
_STREETS = (
    "解放路",
    "人民路",
    "中山路",
    "建设大街",
    "文化街",
    "滨河路",
    "学府路",
    "工业大道",
    "朝阳北路",
    "和平里",
    "东风巷",
    "步行街",
)
_VENUES = (
    "音乐厅",
    "体育馆",
    "网吧",
    "歌舞厅",
    "书店",
    "印刷厂",
    "旅行社门市部",
    "会展中心",
    "电影院",
    "剧本娱乐馆",
    "文物店",
    "广场",
)
_TRADES = ("演艺", "文化传播", "旅行社", "网络科技", "图书", "印刷", "娱乐", "影视", "艺术品", "会展")
_MATTERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "未经批准擅自从事营业性演出活动案",
        "《营业性演出管理条例》第六条",
        (
            "现场正在举办营业性演出活动,观众约{n}人,门票售价{m}元。",
            "当事人不能出示演出许可证和批准文件。",
            "舞台上有{k}名演员正在表演歌舞节目。",
            "检查人员调取了售票系统的后台数据,共售出门票{n}张。",
            "演出经纪合同约定报酬为{m}元,已支付定金。",
        ),
    ),
    (
        "擅自变更演出内容案",
        "《营业性演出管理条例》第十六条",
        (
            "经比对,现场演出节目单与批准的节目单有{k}处不一致。",
            "临时增加的节目未重新报批。",
            "演出举办单位承认系为提高上座率而变更节目。",
        ),
    ),
    (
        "互联网上网服务营业场所接纳未成年人案",
        "《互联网上网服务营业场所管理条例》第二十一条",
        (
            "在{k}号机位发现一名未成年人正在上网。",
            "该网吧未核对登记上网消费者的有效身份证件。",
            "收银台登记系统显示当日上网人数为{n}人。",
            "未成年人由其父母领回,询问时有监护人在场。",
        ),
    ),
    (
        "擅自设立旅行社分支机构案",
        "《旅行社条例》第十条",
        (
            "门店内摆放旅游线路宣传册{n}份,招徕旅游者报名。",
            "旅游合同{k}份均未加盖总社公章。",
            "导游人员未佩戴导游证,不能说明行程安排。",
            "旅游者投诉称购物点被擅自增加{k}处。",
        ),
    ),
    (
        "发行非法出版物案",
        "《出版管理条例》第六十二条",
        (
            "货架上陈列的图书{n}册经鉴定为非法出版物。",
            "当事人称该批出版物购自流动商贩,没有进货凭证。",
            "执法人员对图书逐册清点并先行登记保存。",
        ),
    ),
    (
        "擅自从事印刷经营活动案",
        "《印刷业管理条例》第三十六条",
        (
            "车间内有印刷机{k}台正在运转,成品约{n}册。",
            "当事人未取得印刷经营许可证。",
            "承印登记簿缺页,无法核对委托印刷单位。",
        ),
    ),
    (
        "未经许可经营艺术品进出口案",
        "《艺术品经营管理办法》第十九条",
        ("库房存放油画{k}幅,无报关单据。", "经营者未建立艺术品明示担保和尽职调查制度。"),
    ),
    (
        "擅自举办剧本娱乐经营活动案",
        "《关于加强剧本娱乐经营场所管理的通知》",
        ("场所内设主题房间{k}间,剧本未标明适龄范围。", "消防通道被道具堵塞,已责令整改。"),
    ),
)
_COMMON = (
    "执法人员出示执法证件,告知当事人依法享有的权利和应当履行的义务。",
    "全程使用执法记录仪录音录像,设备编号{device}。",
    "当事人陈述称{excuse}。",
    "经查,当事人的上述行为违反了{law}的规定。",
    "依据有关规定,责令改正违法行为,并处罚款人民币{m}元。",
    "当事人对事实无异议,在笔录上签字确认。",
    "送达回证由{party}的工作人员签收。",
    "案件经集体讨论决定,制作行政处罚决定书。",
    "当事人可以在六十日内申请行政复议。",
    "调查人员{officer}对现场负责人{person}进行了询问,制作询问笔录。",
    "涉案物品存放于{place}的仓库,清单附后。",
    "证据保存期限自{day}起七日。",
    "现场照片{k}张由{officer}拍摄。",
)
_RARE = (
    "涉案物品中有清代古籍{k}册,已移送文物部门鉴定。",
    "当事人持械阻碍执法,公安机关到场处置。",
    "现场发现大熊猫造型的侵权玩偶{n}个。",
    "直播间使用了未经授权的敦煌壁画影像。",
    "听证会上当事人申请主持人回避,经审查予以驳回。",
    "案卷附有盲文版告知书。",
    "因台风停工,整改期限顺延{k}日。",
    "境外演员护照信息与批准文件不符,涉及琵琶独奏节目。",
    "执行过程中发现水下考古出水瓷器碎片。",
)
_EXCUSES = (
    "不知道需要办理许可",
    "许可证正在办理中",
    "系员工个人行为",
    "只是试营业",
    "已经委托中介办理手续",
    "节目是临时调整的",
    "没有看到通知",
)
_KINDS = (
    "立案审批表",
    "现场检查笔录",
    "询问笔录",
    "行政处罚事先告知书",
    "行政处罚决定书",
    "送达回证",
    "结案报告",
    "现场录像",
    "证据照片",
)
_STAGES = (
    "initiation",
    "investigation",
    "investigation",
    "decision",
    "decision",
    "service",
    "filing",
    "investigation",
    "investigation",
)
FREQUENT = (
    "演出",
    "执法记录仪",
    "行政处罚决定书",
    "当事人",
    "询问笔录",
    "旅游",
    "出版物",
    "行政复议",
    "未成年人",
    "门票",
)
RARE = (
    "古籍",
    "大熊猫",
    "敦煌壁画",
    "盲文",
    "琵琶独奏",
    "水下考古",
    "台风停工",
    "持械阻碍",
    "申请主持人回避",
    "瓷器碎片",
)


@dataclass(frozen=True)
class Made:
    """One case: its description as plain data, and file and text of each document."""

    description: dict[str, Any]
    texts: tuple[tuple[str, str], ...]


def make_cases(count: int, seed: int = 1, part: range | None = None) -> Iterator[Made]:
    """`count` cases closed over twenty years, in the order of closing; or of them a part, which can be made alone."""
    chance = random.Random(seed)
    officers = [(_name(chance), f"{chance.randrange(10**8):08d}") for _ in range(400)]
    devices = [f"{chance.choice(('DSJ', 'GX', 'ZF'))}-{chance.randrange(10**4):04d}" for _ in range(900)]
    first = date(2006, 1, 4)
    if part is not None and part.start:
        chance = random.Random(f"{seed} from {part.start}")
    for number in part or range(count):
        yield _case(chance, number, first + timedelta(days=DAYS * number // count), officers, devices)


def _name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))


def _case(
    chance: random.Random, number: int, closed: date, officers: list[tuple[str, str]], devices: list[str]
) -> Made:
    cause, law, sentences = chance.choices(_MATTERS, weights=(8, 5, 6, 5, 4, 3, 1, 1))[0]
    town = "".join(chance.sample(_TOWNS, 2))
    two = chance.sample(officers, 2)
    device = chance.choice(devices)
    place = f"{town}市{chance.choice(_STREETS)}{chance.randrange(1, 999)}号{chance.choice(_VENUES)}"
    person = _name(chance)
    party = (
        person
        if chance.random() < 0.3
        else f"{town}市{''.join(chance.sample(_GIVEN, 2))}{chance.choice(_TRADES)}有限公司"
    )
    start = closed - timedelta(days=chance.randrange(20, 90))
    happened = start + timedelta(days=chance.randrange(5))
    words = {
        "device": device,
        "law": law,
        "party": party,
        "officer": two[0][0],
        "person": person,
        "place": place,
        "day": f"{happened.year}年{happened.month}月{happened.day}日",
    }

    def sentence(kind: tuple[str, ...]) -> str:
        told = {
            **words,
            "n": chance.randrange(10, 3000),
            "m": chance.randrange(1, 500) * 100,
            "k": chance.randrange(2, 60),
        }
        return chance.choice(kind).format(**told, excuse=chance.choice(_EXCUSES))

    texts = []
    objects = []
    for place_in, kind in enumerate(chance.sample(range(len(_KINDS)), chance.randrange(3, 7))):
        file = f"{place_in + 1:02d}{_KINDS[kind]}." + ("mp4" if "录像" in _KINDS[kind] else "pdf")
        objects.append(
            {
                "file": file,
                "kind": _KINDS[kind],
                "stage": _STAGES[kind],
                "title": f"{party}{_KINDS[kind]}",
                "date": happened.isoformat(),
                "maker": two[0][0],
                "device": device if file.endswith("mp4") else "",
                "place": place if file.endswith("mp4") else "",
            }
        )
        if file.endswith("pdf"):
            length = min(60, 3 + int(chance.expovariate(1 / 6)))
            body = [f"{_KINDS[kind]}\n当事人:{party}\n案由:{cause}\n地址:{place}\n"]
            body += [sentence(sentences if chance.random() < 0.45 else _COMMON) for _ in range(length)]
            if chance.random() < 0.004:
                body.insert(chance.randrange(1, len(body)), sentence(_RARE))
            texts.append((file, "".join(body)))
    description = {
        "case_number": f"{town[0]}文执罚〔{closed.year}〕{number + 1}号",
        "case_type": "penalty",
        "cause": cause,
        "title": f"{party}{cause}",
        "producer": {"name": f"{town}市文化和旅游局"},
        "start": start.isoformat(),
        "closed": closed.isoformat(),
        "classification": "internal",
        "parties": [{"name": party}],
        "officers": [{"name": n, "number": i} for n, i in two],
        "stages": [],
        "objects": objects,
        "measures": [{"measure": "inspection", "start": f"{happened}T09:30:00", "place": place}],
    }
    return Made(description, tuple(texts))
