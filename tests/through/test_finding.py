"""The text of deposited documents is found from the command line, by those who may, and again after a rebuild."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from demo.make_case import make_case
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.catalogue_state import state
from tests.support.material import corpus
from tests.support.office import staff
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("finding")
SECRET = "绝密词语不得检索"


def _convert(source: Path, target: str, folder: Path) -> None:
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    import docx

    folder = tmp_path_factory.mktemp("finding")
    case = make_case(folder / "case", small=True)
    document = docx.Document()
    document.add_paragraph("涉案舞台灯光设备清点记录,共有追光灯四盏。")
    document.save(str(folder / "清点记录.docx"))
    for target in ("doc", "odt"):
        _convert(folder / "清点记录.docx", target, folder)
        (case / f"清点记录.{target}").write_bytes((folder / f"清点记录.{target}").read_bytes())
    (case / "来信.html").write_text("<p>举报人称<b>深夜</b>仍有<i>锣鼓</i>声</p>", encoding="gb18030")
    (case / "秘密.txt").write_text(SECRET, encoding="utf-8")
    corpus.make_pdfs(folder)["paper.pdf"].rename(case / "扫描件.pdf")
    description = json.loads((case / "case.json").read_text(encoding="utf-8"))
    for name in ("清点记录.doc", "清点记录.odt", "来信.html", "扫描件.pdf"):
        description["objects"].append({"file": name, "kind": "其他材料", "stage": "调查", "place": "东湖仓库"})
    description["objects"].append(
        {"file": "秘密.txt", "kind": "其他材料", "stage": "调查", "classification": "国家秘密"}
    )
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    made = found(folder / "home")
    settings = made.home / "preserve.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "state_secrets = true\n", encoding="utf-8")
    done = made.run("ingest", str(case))
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["追光灯"], "清点记录.doc"),  # from the PDF/A made of it
        (["追光灯", "灯光设备"], "清点记录.doc"),
        (["深夜仍有锣鼓"], "来信.html"),
        (["张贴演出批准文件"], "01立案/举报信.txt"),
        (["到达星河剧场"], "02调查取证/现场检查笔录.pdf"),
        (["--place", "东湖"], "扫描件.pdf"),
        (["锣鼓", "--stage", "调查", "--since", "2026-09-01", "--until", "2026-12-31"], "来信.html"),
    ],
)
def test_words_of_documents_are_found(archive: Archive, words: list[str], file: str) -> None:
    (hit,) = archive.json("search", *words)["hits"]
    assert hit["place"] == file
    for first, last in hit["marks"]:
        assert hit["shown"][first:last] in words


def test_the_same_text_of_two_formats_is_there(archive: Archive) -> None:
    (text,) = archive.home.glob("store/packages/*/data/*/metadata/other/text.jsonl")
    rows = {row["file"]: row for row in map(json.loads, text.read_text(encoding="utf-8").splitlines())}
    assert "追光灯四盏" in rows["清点记录.doc"]["text"]
    assert rows["清点记录.doc"]["text"] == rows["清点记录.odt"]["text"]
    assert rows["秘密.txt"]["outcome"] == "left-out"
    assert rows["扫描件.pdf"]["outcome"] == "none"
    assert "case.json" not in rows
    assert not list(archive.home.glob("work/*.text*"))


@pytest.mark.parametrize(
    "words", [[SECRET], ["锣鼓", "--stage", "送达", "--place", "东湖仓库北"], ["锣鼓", "--until", "2020-01-01"]]
)
def test_what_is_not_there_or_secret_is_not_found(archive: Archive, words: list[str]) -> None:
    assert archive.json("search", *words)["hits"] == []


def test_who_may_not_see_cases_may_not_search_and_no_word_is_kept(archive: Archive) -> None:
    tokens = staff(archive, ["system"])
    for who in ("security", "system"):
        done = archive.run("search", "锣鼓", token=tokens[who])
        assert done.returncode == 6, who
        assert "来信" not in done.stdout
        assert archive.run("look", _case(archive), "来信.html", token=tokens[who]).returncode == 6
    entries = archive.run("ledger", "export").stdout
    assert "catalogue.searched" in entries
    assert "锣鼓" not in entries


def test_a_rebuilt_catalogue_finds_the_same(archive: Archive) -> None:
    def known() -> object:
        catalogue = open_catalogue(open_home(archive.home))
        with catalogue.read() as connection:
            rows = state(connection)
        catalogue.close()
        return {name: rows[name] for name in ("findable", "facets", "cases", "files")}

    before = known()
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert known() == before
    (hit,) = archive.json("search", "追光灯", "--kind", "其他", "--classification", "国家秘密")["hits"]
    assert hit["place"] == "清点记录.doc"


def test_dates_in_the_wrong_order_are_refused(archive: Archive) -> None:
    assert archive.run("search", "--since", "2026-02-01", "--until", "2026-01-01").returncode == 2
    assert archive.run("search").returncode == 2


def _case(archive: Archive) -> str:
    return str(archive.json("list")["cases"][0]["case_number"])


def _viewing(archive: Archive) -> list[Path]:
    root = archive.home / "viewing"
    return sorted(path for path in root.rglob("*") if path.is_file() and ".pictures" not in path.parts)


def test_a_look_gives_what_was_registered_into_a_private_folder(archive: Archive) -> None:
    case = _case(archive)
    there = {one["name"]: one for one in archive.json("look", case)["files"]}
    recording = next(name for name, one in there.items() if one["recording"])
    assert there[recording]["representation"] == "access"
    assert there["清点记录.doc"]["path"].endswith(".pdf")
    (viewed,) = archive.json("look", case, recording)["viewed"]
    copy = Path(viewed["paths"][0])
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == there[recording]["sha256"]
    assert archive.home / "viewing" in copy.parents
    assert (archive.home / "viewing").stat().st_mode & 0o077 == 0
    assert copy.stat().st_mode & 0o777 == 0o400
    (original,) = archive.json("look", case, recording, "--original")["viewed"]
    assert original["representation"] == "original"
    entry = [
        e
        for e in map(json.loads, archive.run("ledger", "export").stdout.splitlines())
        if e["action"] == "object.viewed"
    ][-1]
    assert entry["details"] == {"objects": [there[recording]["identifier"]], "what": "original"}
    assert archive.run("look", case, "没有.mp4").returncode == 3


def test_frame_sheets_are_made_once(archive: Archive) -> None:
    case = _case(archive)
    first = archive.json("look", case, "--frames")["viewed"]
    assert len(first) == 2
    for one in first:
        assert [Path(path).suffix for path in one["paths"]] == [".jpg", ".png"]
        assert not one["failed"] and not one["missing"]
    kept = {path: path.stat().st_ino for path in (archive.home / "viewing" / ".pictures").iterdir()}
    assert archive.json("look", case, "--frames")["viewed"] == first
    assert {path: path.stat().st_ino for path in (archive.home / "viewing" / ".pictures").iterdir()} == kept


def test_what_lay_there_long_enough_goes(archive: Archive) -> None:
    case = _case(archive)
    (viewed,) = archive.json("look", case, "举报信.txt")["viewed"]
    old = Path(viewed["paths"][0])
    os.utime(old, (1, 1))
    archive.json("look", case, "清点记录.odt")
    assert not old.exists()
    assert _viewing(archive)


def test_a_file_that_was_altered_is_not_shown(archive: Archive) -> None:
    case = _case(archive)
    one = next(o for o in archive.json("look", case)["files"] if o["name"] == "来信.html")
    (stored,) = archive.home.glob(f"store/packages/*/{one['path']}")
    before = stored.read_bytes()
    stored.write_bytes(before.replace(b"<p>", b"<q>"))
    done = archive.run("look", case, "来信.html")
    stored.write_bytes(before)
    assert done.returncode == 4, done.stderr
    assert not [path for path in _viewing(archive) if "来信" in path.name]
