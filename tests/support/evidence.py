"""A served archive with a case that has something to redact: a paper with a secret in it, a picture, a recording."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from demo import papers
from preserve.administration.signing.authority import make_test_authority
from preserve.clock import now
from preserve.data_management.archive import Archive
from tests.support.redacting import SECRET
from tests.support.small_case import ingest
from tests.support.tiny_case import write_case
from tests.support.web import Served, opened, send, serving

PAPER, PICTURE, RECORDING = "询问笔录.pdf", "现场照片.png", "现场录像.mp4"
CASE = "临文综罚〔2026〕77号"
COURT_PAPER = "调取证据通知书"


def evidence_case(folder: Path) -> Path:
    """A closed case: two texts, a paper of two pages whose every line has the secret, a picture and two seconds of film."""
    objects = [
        {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查"},
        {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"},
        {"file": PAPER, "kind": "询问笔录", "stage": "调查", "classification": "个人隐私"},
        {"file": PICTURE, "kind": "现场照片", "stage": "调查"},
        {"file": RECORDING, "kind": "现场录像", "stage": "调查"},
    ]
    case = write_case(folder, objects=objects)
    lines = [f"问：第{n}个问题，你的身份证号码是多少？答：{SECRET}，住在江滨路。" for n in range(45)]
    papers.pdf(case / PAPER, "询问笔录", CASE, papers.paragraphs(*lines), "李某")
    Image.new("RGB", (400, 300), (200, 60, 60)).save(case / PICTURE)
    made = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=3"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=800:duration=3"]
    subprocess.run([*made, *sound, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(case / RECORDING)], check=True)
    return case


def let_sign(archive: Archive) -> None:
    """A test authority's certificate, with which deliveries are signed."""
    home = archive.home
    signing = make_test_authority(home.keys, home.settings.institution, now())
    told = [f"{name} = {json.dumps(value)}" for name, value in signing.model_dump().items() if value]
    settings = home.path / "preserve.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "\n[signing]\n" + "\n".join(told) + "\n", encoding="utf-8"
    )


@contextmanager
def serving_evidence(folder: Path, *options: str) -> Iterator[Served]:
    """A door over a home with that case; ended in the end."""
    with serving(folder, cases=0, options=options) as served:
        archive = opened(served.home)
        try:
            let_sign(archive)
            ingest(archive, evidence_case(folder / "evidence"))
        finally:
            archive.close()
        yield served


def entered(served: Served, **form: str) -> str:
    """A court's request for the whole case, entered by the archivist through the form; its number."""
    given = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证", **form}
    scan = {f"paper-{COURT_PAPER}": ("通知书.pdf", b"%PDF-1.4\n", "application/pdf")}
    sent = send(served.client("archivist"), "/requests/new?capacity=court", "/requests/new", files=scan, **given)
    assert sent.status_code == 303, sent.text[-800:]
    return sent.headers["location"].removeprefix("/requests/").partition("?")[0]
