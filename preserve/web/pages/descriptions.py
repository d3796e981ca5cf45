"""The description of a deposit as a form: the case with its people and measures, and a page for each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import FileResponse, Response

from preserve.errors import Conflict, PreserveError, Refused, UsageError
from preserve.messages import known, say
from preserve.services import deposit_descriptions as forms
from preserve.services import deposit_drafts as drafts
from preserve.services.deposit_descriptions import DescriptionForm, FileForm, as_text, is_day
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.pages.deposits import ask
from preserve.web.routing import page

_BLANK = 3
"""So many blank rows stand below those of each sheet; saving brings more."""
_AT_ONCE = 200


@page("GET", "/deposits/{id}/description", "deposit_description.show")
def description(asked: Asked) -> Response:
    """The form of the case."""
    return _case(asked, forms.form(asked.session, asked.path["id"]))


def _case(asked: Asked, form: DescriptionForm, error: PreserveError | None = None) -> Response:
    found = by_path(form.findings)
    start = asked.query.get("from", "")
    first = min(int(start), 10**7) if start.isascii() and start.isdigit() else 0
    rows = [
        (number, row, sum(path.startswith(f"objects.{number - 1}.") for path in found))
        for number, row in enumerate(form.files[first : first + _AT_ONCE], first + 1)
    ]
    here = f"/deposits/{form.deposit}/description"
    more = f"{here}?from={first + _AT_ONCE}#f-objects" if len(form.files) > first + _AT_ONCE else None
    return asked.show(
        "deposits/description.html",
        http_status(error) if error else 200,
        form=form,
        failure=known_failure(error) if error else None,
        found=found,
        count=sum(map(len, found.values())),
        rows=rows,
        stages=dict(forms.stages()),
        next=more,
        first=f"{here}#f-objects" if first else None,
        blank=_BLANK,
        value=value_at,
        address=lambda path: _address(form.deposit, path),
        as_text=as_text,
        values_of=values_of,
        is_day=is_day,
    )


def _address(deposit: str, path: str) -> str:
    """Where a field is answered: on this page, or on that of its file."""
    head, _, rest = path.partition(".")
    if head == "objects" and rest:
        number, _, name = rest.partition(".")
        return f"/deposits/{deposit}/description/files/{int(number) + 1}#f-{name}" if number.isdigit() else "#f-objects"
    return f"#f-{path}"


def values_of(finding: Any) -> dict[str, Any]:
    """The values of a mistake, its field named in the reader's language instead of as the workbook has it."""
    head, _, rest = finding.where.partition(".")
    row, _, name = rest.partition(".")
    sheet, field = (head, name) if row.isdigit() else ("case", finding.where)
    code = f"field.{sheet}-{field.replace('.', '-').replace('_', '-')}" if field else f"field.{sheet}"
    if not known(code):
        return dict(finding.values)
    told = f"{say(f'field.{sheet}')} {int(row) + 1} · {say(code)}" if row.isdigit() and field else say(code)
    return {**finding.values, "field": told}


def value_at(content: Mapping[str, Any], path: str) -> Any:
    """The value at a path, as `producer.name`."""
    value: Any = content
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def by_path(findings: Sequence[Any], below: str = "") -> dict[str, list[Any]]:
    """What is wrong, by the field that it is wrong with; of one file by its own fields."""
    found: dict[str, list[Any]] = {}
    for one in findings:
        found.setdefault(one.where.removeprefix(below), []).append(one)
    return found


@page("POST", "/deposits/{id}/description", "deposit_description.save", "deposit_description.show")
def save(asked: Asked) -> Response:
    """Keep what the form of the case gave."""
    given = _given(asked)
    try:
        forms.save(asked.session, asked.path["id"], given, asked.form.get("version", ""))
    except Conflict as error:
        form = forms.form(asked.session, asked.path["id"])
        return _case(asked, forms.with_given(form, given), error)
    return asked.see_other(f"/deposits/{asked.path['id']}/description", "web.deposits-saved-note")


def _given(asked: Asked) -> dict[str, Sequence[str]]:
    own = ("csrf", "key", "version", "then")
    return {name: asked.form.getlist(name) for name in asked.form if name not in own}


@page("GET", "/deposits/{id}/description/files/{number}", "deposit_description.file")
def file(asked: Asked) -> Response:
    """The form of one file, with the file beside it."""
    return _file(asked, forms.file_form(asked.session, asked.path["id"], _number(asked)))


def _file(asked: Asked, form: FileForm, error: PreserveError | None = None) -> Response:
    found = by_path(form.findings, f"objects.{form.number - 1}.")
    return asked.show(
        "deposits/file.html",
        http_status(error) if error else 200,
        form=form,
        failure=known_failure(error) if error else None,
        found=found,
        count=sum(map(len, found.values())),
        address=lambda path: f"#f-{path}",
        as_text=as_text,
        values_of=values_of,
        is_day=is_day,
    )


@page("POST", "/deposits/{id}/description/files/{number}", "deposit_description.save_file", "deposit_description.file")
def save_file(asked: Asked) -> Response:
    """Keep what the form of one file gave, and go on to the next."""
    deposit, number, given = asked.path["id"], _number(asked), _given(asked)
    try:
        forms.save_file(asked.session, deposit, number, given, asked.form.get("version", ""))
    except Conflict as error:
        form = forms.file_form(asked.session, deposit, number)
        return _file(asked, forms.file_with_given(form, given), error)
    goes_on = number + 1 if asked.form.get("then") == "next" else number
    return asked.see_other(f"/deposits/{deposit}/description/files/{goes_on}", "web.deposits-saved-note")


def _number(asked: Asked) -> int:
    text = str(asked.path["number"])
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UsageError("deposit.not-a-piece")
    return int(text)


@page("POST", "/deposits/{id}/description/match", "deposit_description.match_files")
def match(asked: Asked) -> Response:
    """A line for each file that is there, and none for what is not."""
    forms.match_files(asked.session, asked.path["id"], asked.form.get("version", ""))
    return asked.see_other(f"/deposits/{asked.path['id']}/description", "web.deposits-saved-note")


@page("POST", "/deposits/{id}/description/draft", "deposit_description.draft", "job.ask")
def draft(asked: Asked) -> Response:
    """Draft it from the files, as a job; a machine reads the scans where that was asked for."""
    read = asked.form.get("read") == "1"
    return ask(asked, "deposit_description.draft", deposit=asked.path["id"], **({"read": True} if read else {}))


@page("POST", "/deposits/{id}/description/offers/{number}", "deposit_description.settle")
def settle(asked: Asked) -> Response:
    """Take what a machine read, or leave it."""
    deposit, answer = asked.path["id"], asked.form.get("answer", "")
    if answer not in ("take", "leave"):
        raise UsageError("deposit.not-a-piece")
    drafts.settle(asked.session, deposit, _number(asked), taken=answer == "take")
    line = asked.form.get("line", "")
    where = f"/files/{line}" if line.isascii() and line.isdigit() and len(line) < 9 else ""
    return asked.see_other(f"/deposits/{deposit}/description{where}", f"web.deposits-offer-{answer}-note")


@page("GET", "/deposits/{id}/description/offers/{number}/line", "deposit_description.line")
def line(asked: Asked) -> Response:
    """The picture of the line that was read."""
    found = drafts.line(asked.session, asked.path["id"], _number(asked))
    return FileResponse(found.path, media_type="image/png", headers={"cache-control": "private, no-store"})


@page(
    "POST",
    "/deposits/{id}/description/import",
    "deposit_description.read",
    "deposit_description.show",
    largest=drafts.LARGEST_FILE,
)
def read(asked: Asked) -> Response:
    """Take it from a file."""
    deposit, sent = asked.path["id"], asked.files.get("file")
    try:
        if sent is None:
            raise Refused("deposit.no-file-sent")
        name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
        drafts.read_file(asked.session, deposit, name, sent.file.read(), asked.form.get("version", ""))
    except Refused as error:
        return _case(asked, forms.form(asked.session, deposit), error)
    return asked.see_other(f"/deposits/{deposit}/description", "web.deposits-imported-note")


@page("GET", "/deposits/{id}/description/workbook", "deposit_description.workbook")
def workbook(asked: Asked) -> Response:
    """It as a workbook."""
    found = drafts.workbook(asked.session, asked.path["id"])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(
        found.path, media_type=kind, filename="案卷.xlsx", headers={"cache-control": "private, no-store"}
    )
