"""An archive with an inbox and people, for the tests of deposits that wait."""

from __future__ import annotations

from pathlib import Path

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive, open_archive
from tests.support.people import staffed
from tests.support.tiny_case import write_case, write_whole_case


def archive_with_inbox(folder: Path) -> Archive:
    """Depositors zhou and ye, the founder as archivist; in the inbox a whole case, one that lacks papers, and one that
    nobody described."""
    inbox = folder / "share"
    write_whole_case(inbox / "整案")
    write_case(inbox / "缺文书", case_number="临文综罚〔2026〕78号", acceptances=[])
    bare = inbox / "没有著录"
    bare.mkdir()
    (bare / "现场检查笔录.txt").write_text("现场检查笔录", encoding="utf-8")
    (inbox / "link").symlink_to("/etc")
    staffed(folder / "home", zhou=Role.DEPOSITOR, ye=Role.DEPOSITOR, wang=Role.EXAMINER).close()
    with (folder / "home" / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\ninbox = ["{inbox}", "{folder / "card"}"]\n')
    return open_archive(folder / "home")
