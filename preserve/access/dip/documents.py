"""The papers in a DIP: the case, the list of evidence in the order courts use, what a lay person reads first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from preserve.access.dip import evidence_list
from preserve.access.dip.contents import Given
from preserve.access.requests.model import Request
from preserve.access.requests.profile import Capacity
from preserve.administration.printing import Section
from preserve.administration.printing.pages import as_html, shown
from preserve.administration.printing.paper import as_pdf
from preserve.clock import parse
from preserve.description.labels import label_of
from preserve.description.legacy import span_for_people
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import Vocabulary, read_what_is_sound
from preserve.home import Home
from preserve.messages import LANGUAGES, say, speaking


def documents(
    home: Home,
    request: Request,
    capacity: Capacity,
    cases: Mapping[str, CaseDescription],
    given: Sequence[Given],
    made: str,
) -> Iterator[tuple[str, str, bytes]]:
    """Path in the package, MIME type and content of each paper; `cases` by objid."""
    moment = parse(made)
    told = _cases(cases.values(), read_what_is_sound(home.profiles))
    listed = [*evidence_list.sections(given, cases), _handed_in(home, request, moment)]
    for name, title, parts in (
        ("case", say("dip.case-title"), [*_request(home, request, capacity), *told, _contents(given)]),
        ("evidence-list", say("dip.list-title"), listed),
    ):
        under = say(
            "dip.under", institution=home.settings.institution, number=request.number, time=_local(home, moment)
        )
        yield f"documentation/{name}.html", "text/html", as_html(title, under, parts)
        yield (
            f"documentation/{name}.pdf",
            "application/pdf",
            as_pdf(title, under, home.settings.institution, moment, parts, wide=name == "evidence-list"),
        )


def _local(home: Home, moment: datetime) -> str:
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(home.settings.time_zone)).strftime("%Y-%m-%d %H:%M")


def _request(home: Home, request: Request, capacity: Capacity) -> Iterator[Section]:
    consumer = request.consumer
    rows = [
        (say("dip.request-number"), request.number),
        (say("dip.consumer"), _who(request)),
        (say("dip.capacity"), capacity.label.spoken),
        (say("dip.purpose"), request.purpose),
        (say("dip.papers"), say("words.list-comma").join(paper.kind for paper in request.papers) or "—"),
    ]
    if consumer.represents:
        rows.insert(2, (say("dip.represents"), consumer.represents))
    if request.decision is not None:
        rows.append((say("dip.approved-on"), _local(home, parse(request.decision.when))))
    yield Section(say("dip.request-section"), heads=(say("dip.head-item"), say("dip.head-content")), rows=tuple(rows))


def _cases(cases: Iterable[CaseDescription], words: Vocabulary) -> Iterator[Section]:
    for case in cases:
        rows = (
            (say("words.heading-number"), case.case_number),
            (say("words.heading-archival-number"), case.archival_number or "—"),
            (say("words.heading-title"), case.title),
            (say("dip.cause"), case.cause or "—"),
            (say("words.heading-type"), words.label("case_type", case.case_type)),
            (say("dip.producer"), case.producer.name),
            (say("dip.officers"), say("words.list-comma").join(officer.name for officer in case.officers) or "—"),
            (say("dip.dates"), span_for_people(case)),
        )
        yield Section(
            say("dip.case-section", number=case.case_number),
            heads=(say("dip.head-item"), say("dip.head-content")),
            rows=rows,
        )


def _contents(given: Sequence[Given]) -> Section:
    """卷内目录 of what is handed over."""
    heads = tuple(say(f"dip.head-{name}") for name in ("number", "title", "stage", "made", "file"))
    rows = tuple(
        (
            str(one.number),
            evidence_list.title_of(one),
            label_of(one.about.stage) if one.about else "—",
            evidence_list.made(one),
            one.path,
        )
        for one in given
    )
    return Section(say("dip.contents-section"), "", heads, rows)


def _handed_in(home: Home, request: Request, moment: datetime) -> Section:
    """Where the agency puts its seal and the court its receipt."""
    rows = (
        (say("dip.handed-in-by"), home.settings.institution),
        (say("dip.handed-in-to"), _who(request)),
        (say("dip.handed-in-on"), _local(home, moment)[:10]),
        (say("dip.received-by"), ""),
    )
    return Section(say("dip.handed-in"), heads=(say("dip.head-item"), say("dip.head-content")), rows=rows)


def _who(request: Request) -> str:
    consumer = request.consumer
    return consumer.name + (f"（{consumer.organisation}）" if consumer.organisation else "")


_README = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:46em;margin:2em auto;padding:0 1em;
line-height:1.7;color:#222}} code{{background:#f2f2f2;padding:0 .3em}} li{{margin:.4em 0}}
table{{border-collapse:collapse;width:100%}}
th,td{{border:1px solid #bbb;padding:.3em .5em;text-align:left;overflow-wrap:anywhere}} .en{{color:#555}}
</style></head><body>
<h1>{title}</h1>
<p>{institution}　申请号 {number}　{dip}</p>
<ol>
<li><b>看案卷：</b>打开 <a href="data/{dip}/documentation/case.html">案卷目录页</a>和
<a href="data/{dip}/documentation/evidence-list.html">证据目录</a>；文件都在
<a href="data/{dip}/representations/">文件夹</a>中，也可以从下表逐个打开。</li>
<li><b>看证明：</b><a href="certificate.pdf">电子档案证明</a>由本机关电子签名，列有每个文件的数字摘要。</li>
<li><b>核对：</b>双击 <a href="verify.html">verify.html</a>，把整个文件夹拖到页面上。不需要网络，不需要安装任何软件。
也可以运行 <code>python verify.py</code>。请把页面显示的公钥指纹与证明上印的指纹对照。</li>
<li>文件请勿改名、另存或编辑；需要编辑请先复制。</li>
</ol>
<p>{kept}</p>
<table><tr><th>序号 No.</th><th>名称 Title</th><th>文件 File</th></tr>
{files}</table>
<div class="en">
<p>Delivered by {institution}, request {number}.</p>
<ol>
<li><b>The case:</b> open <a href="data/{dip}/documentation/case.html">its page</a> and the
<a href="data/{dip}/documentation/evidence-list.html">list of evidence</a>; the files lie in
<a href="data/{dip}/representations/">this folder</a>, and each opens from the table above.</li>
<li><b>The certificate</b> (<a href="certificate.pdf">certificate.pdf</a>) is signed and lists every file's digest.</li>
<li><b>To check:</b> open <a href="verify.html">verify.html</a> and drop this whole folder on it; no network and nothing
to install. Or run <code>python verify.py</code>. Compare the fingerprint it shows with the one in the certificate.</li>
<li>Do not rename, save again or edit these files; copy them first.</li>
</ol><p>{kept_in_english}</p></div></body></html>
"""


def readme(home: Home, request: Request, dip: str, given: Sequence[Given]) -> bytes:
    """What a lay person opens first, in both languages; every file that was handed over is a link."""
    files = "".join(_linked(dip, one) for one in given)
    kept = {}
    for spoken in LANGUAGES:
        with speaking(spoken):
            kept[spoken] = say("certificate.kept")
    return _README.format(
        title="电子档案利用信息包 · Evidence from the archive",
        institution=shown(home.settings.institution),
        number=shown(request.number),
        dip=dip,
        files=files,
        kept=kept["zh"],
        kept_in_english=kept["en"],
    ).encode("utf-8", "replace")


def _linked(dip: str, one: Given) -> str:
    """A row of the table, whose name opens the file."""
    target = escape(quote(f"data/{dip}/{one.path}"))
    name = shown(one.path.rpartition("/data/")[2])
    title = shown(evidence_list.title_of(one))
    return f'<tr><td>{one.number}</td><td>{title}</td><td><a href="{target}">{name}</a></td></tr>\n'
