"""`preserve show --history`: the life of a case or an object, on the screen, as a page, as PDF/A, with its proof."""

from __future__ import annotations

from pathlib import Path

from preserve.cli.output import Output
from preserve.messages import say
from preserve.services import case_history
from preserve.services.case_history import HistoryEvent

_LONGEST = 600  # characters of one cell; --json has all of it


def tell_history(output: Output, case: str, name: str, pdf: Path | None, html: Path | None) -> int:
    """Every event of a case, or of the object `name`; exit status 4 where something stands against it."""
    view = output.call(case_history.show_history, case, name=name, pdf=pdf, html=html)
    output.document(view)
    for path in view.files:
        output.sentence("cli.history-written", style="green", path=str(path), proof=view.proof)
    if not view.files:
        output.table(
            [say(f"history.head-{head}") for head in ("order", "time", "what", "who", "told", "outcome")],
            [_row(event) for event in view.events],
            title=say("history.title-object" if view.object else "history.title-case"),
        )
    if not output.as_json:
        output.console(error=True).print(view.verdict, style="bold red" if view.status else "green", markup=False)
    return view.status


def _row(event: HistoryEvent) -> tuple[str, ...]:
    told = event.told
    if len(told) > _LONGEST:
        told = told[: _LONGEST - 1] + "… " + say("history.shortened")
    who = event.who or say("history.by-audit" if event.source == "audit" else "history.by-unknown")
    return str(event.number), event.time, event.what, who, told, say(f"history.outcome-{event.outcome}")
