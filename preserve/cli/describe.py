"""`preserve describe`: drafts the case description, or writes the blank workbook."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewFile
from preserve.services.documents import finding_document


@click.command(cls=Command)
@click.argument("folder", required=False, type=InputPath(), metavar="FOLDER")
@click.option("--output", "target", type=NewFile(), metavar="FILE")
@click.option("--template", is_flag=True)
@click.pass_obj
def describe(output: Output, folder: Path | None, target: Path | None, template: bool) -> None:
    """Write a draft as 案卷.xlsx into the folder, or to FILE (.xlsx, .toml or .json); never over a file."""
    from preserve.description.vocabulary import read_vocabulary
    from preserve.description.workbook import write_workbook
    from preserve.errors import Refused, UsageError
    from preserve.outputs import check_new, new_file

    own, home = output.own_profiles(), output.home_if_any()
    words = read_vocabulary(own)
    if template:
        path = target or Path("案卷.xlsx")
        with new_file(path.absolute(), home) as part:
            write_workbook(part, vocabulary=words)
        output.sentence("cli.template-done", style="green", path=str(path))
        output.result({"ok": True, "path": str(path), "findings": []})
        return
    if folder is None or not folder.is_dir():
        raise UsageError("cli.describe-no-folder", str(folder or ""))
    from preserve.description.writing import write_json, write_toml
    from preserve.ingest.draft import draft

    path = target or folder / "案卷.xlsx"
    check_new(path.absolute(), home)
    if path.suffix.lower() not in (".xlsx", ".toml", ".json"):
        raise Refused("cli.describe-kind", str(path))
    content, findings = draft(folder, own)
    with new_file(path.absolute(), home) as part:
        if path.suffix.lower() == ".xlsx":
            write_workbook(part, content, words)
        else:
            text = write_toml(content) if path.suffix.lower() == ".toml" else write_json(content)
            part.write_text(text, encoding="utf-8")
    output.findings(findings)
    output.sentence("cli.describe-done", style="green", path=str(path), files=len(content.get("objects", [])))
    output.result({"ok": True, "path": str(path), "findings": [finding_document(finding) for finding in findings]})
