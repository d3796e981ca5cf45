"""In which encoding bytes are text: by a mark, as declared, as UTF-8, else the Chinese one with usual characters."""

from __future__ import annotations

import codecs
import re
from functools import cache

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDER = {  # programs say the smaller set and write the larger
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "ascii": "",
    "iso8859-1": "",
    "cp1252": "",
}
_ALSO = {
    "gb_2312-80": "gb18030",
    "gb2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cn-gb": "gb18030",
    "euc-cn": "gb18030",
    "gb-18030": "gb18030",
    "x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "unicode": "utf-16",
    "unicode-1-1-utf-8": "utf-8",
}
_USUAL = frozenset(
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学"
    "么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很"
    "给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机"
    "工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐"
    "色更拉东神记处让母父应直字场平报友关放至张认接告入笔内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四"
    "失满战远格士音轻目条呢案件证据检查询当事执法处罚决定书现录号市县局业演营娱场网举送达违停收费罪假票序签章附清单务案送"
    "為這個們來時國說過對學發後樣從無現動經長給間見問點車書電體門東記處應場報關張認軍歲覺帶萬邊風變師數滿戰遠條證據檢詢執"
    "罰決號縣業營娛網舉達違費簽單務兩實開與機氣員讓"
)
_CHINESE = ("gb18030", "big5hkscs")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_STRANGE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_PIECE = 1 << 20


@cache
def codec_of(declared: str) -> str:
    """Python's codec for a declared name, in its widest form; empty for none, and for those that any bytes fit."""
    name = declared.strip().strip("\"'").lower()
    try:
        known = codecs.lookup(_ALSO.get(name, name)).name
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(known, known)


def _fits(data: bytes, codec: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(data, whole)
    except (UnicodeError, LookupError):
        return False
    return True


def usualness(text: str) -> float:
    """The share of usual characters among the ideographs of a text; 0 where it has none."""
    ideographs = _IDEOGRAPH.findall(text[:20_000])
    return sum(letter in _USUAL for letter in ideographs) / len(ideographs) if ideographs else 0.0


def _without_mark(data: bytes) -> str:
    """UTF-16 that lacks its mark: every second byte of what is ASCII in it is none, and Chinese in it is usual."""
    sample = data[: 4096 - 4096 % 2]
    if len(sample) < 8 or len(data) % 2:
        return ""
    for codec, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        share = zeros.count(0) / len(zeros)
        if not _fits(sample, codec, whole=False):
            continue
        text = sample.decode(codec, "replace")
        if not _STRANGE.search(text) and (share > 0.4 or (0 in zeros and usualness(text) > 0.3)):
            return codec
    return ""


def encoding_of(data: bytes, declared: str = "", *, whole: bool = True) -> tuple[str, str]:
    """Name and evidence; empty for what is no text. `whole`: nothing was cut off behind `data`."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name, "byte-order-mark"
    codec = codec_of(declared) if declared else ""
    if data.isascii() and b"\0" not in data:
        escaped = codec if codec in ("hz", "utf-7", "iso2022_jp", "iso2022_kr") else ""
        return escaped or "ascii", "declared" if escaped else "all-bytes-ascii"
    unicode = _fits(data, "utf-8", whole=whole)
    if codec and codec not in _CHINESE and _fits(data, codec, whole=whole):
        return codec, "declared"
    if (b"\0" in data) and (wide := _without_mark(data)):
        return wide, "without-byte-order-mark"
    if unicode and not _is_rather_chinese(data):
        return "utf-8", "decodes-whole"
    if codec and _fits(data, codec, whole=whole):
        return codec, "declared"
    scores = []
    for place, name in enumerate(_CHINESE):
        if _fits(data, name, whole=whole):
            scores.append((usualness(data[:_PIECE].decode(name, "replace")), -place, name))
    if scores:
        return max(scores)[2], "decodes-as-guess"
    return "", "no-encoding-fits"


def _is_rather_chinese(data: bytes) -> bool:
    """Whether bytes that decode as UTF-8 are GB 18030 nevertheless: two bytes a letter, and every one of them usual."""
    for most in (4096, _PIECE):  # the beginning of most Chinese texts says it already
        if _IDEOGRAPH.search(data[:most].decode("utf-8", "ignore")):
            return False
    if not _fits(data[:4096], "gb18030", whole=False):
        return False
    return usualness(data[:4096].decode("gb18030", "ignore")) > 0.5


def decode(data: bytes, declared: str = "") -> tuple[str, str, bool]:
    """The text, the encoding that was used, and whether all of it was text in that encoding."""
    name, _ = encoding_of(data, declared)
    if name:
        return data.decode(name, "replace").removeprefix("\ufeff"), name, True
    return _mixed(data), "mixed", False


def _mixed(data: bytes) -> str:
    """Lines of a text that was put together from several encodings, each in its own."""
    lines = []
    for line in data.splitlines(keepends=True):
        name, _ = encoding_of(line)
        lines.append(line.decode(name or "gb18030", "replace"))
    return "".join(lines)


def is_text(data: bytes) -> bool:
    """Whether the beginning of a file is text: it decodes, nearly without control characters, and Chinese is usual."""
    name, evidence = encoding_of(data, whole=False)
    if not name:
        return False
    text = data.decode(name, "ignore").removeprefix("\ufeff")
    strange = len(_STRANGE.findall(text))
    if strange * 200 > len(text) or "\0" in text:
        return False
    return evidence != "decodes-as-guess" or usualness(text) > 0.25
