"""`preserve show --history`: the life of a case or an object, on the screen, as a page, as PDF/A, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from preserve.cli.acting import acting, record_look
from preserve.cli.output import Output
from preserve.messages import say


def tell_history(output: Output, case: str, name: str, targets: Mapping[str, Path | None]) -> int:
    """Every event of a case, or of the object `name`; exit status 4 where something stands against it.

    Who may see cases (Duty.FIND) sees all of it. Who may only see what was done (Duty.REPORT: the auditor, the
    security administrator) sees every deed and no content: no titles, no names of files, nothing by object.
    """
    from preserve.access.case_history import words
    from preserve.access.case_history.events import find_object
    from preserve.access.case_history.gather import gather, require_case
    from preserve.access.case_history.sections import local, title, verdict
    from preserve.access.case_history.writing import check_targets, document, write_history
    from preserve.administration.duties import Duty
    from preserve.clock import now, zone
    from preserve.data_management import holdings, sealing
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, *((Duty.FIND,) if name else (Duty.FIND, Duty.REPORT)), subject=case)
    wanted = {kind: path.absolute() for kind, path in targets.items() if path is not None}
    check_targets(list(wanted.values()), home)
    with catalogue.read() as connection:
        objid = require_case(connection, case)
        identifier = find_object(connection, objid, name)[0].identifier if name else ""
    # The look comes first, so that it is itself the last line and stands under the checkpoint.
    record_look(catalogue, person, "history.viewed", objid, object=identifier, form=sorted(wanted))
    sealing.close_segment(home, catalogue)
    with catalogue.read() as connection:
        found, entries = gather(home, connection, objid, identifier, now(), contents=person.may(Duty.FIND))
        labels = {row.id: row.label for row in holdings.all_media(connection)}
        written = write_history(home, connection, found, entries, wanted, labels) if wanted else None
    made = {
        "files": [str(path) for path in written.files] if written else [],
        "proof": str(written.proof) if written else "",
        "proof_sha256": written.sha256 if written else "",
    }
    status = 0 if found.sound else 4
    output.result({"ok": found.sound, "status": status, **document(found, labels), **made})
    zoned = zone(home.settings.time_zone)
    said = verdict(found, labels, zoned)
    if written:
        for path in written.files:
            output.sentence("cli.history-written", style="green", path=str(path), proof=str(written.proof))
    else:
        output.table(
            [say(f"history.head-{head}") for head in ("order", "time", "what", "who", "told", "outcome")],
            [
                (
                    str(number),
                    local(one.when, zoned),
                    words.what(one),
                    words.who(one),
                    words.told(one, found, labels),
                    say(f"history.outcome-{one.outcome}"),
                )
                for number, one in enumerate(found.happenings, 1)
            ],
            title=title(found),
        )
    if not output.as_json:
        output.console(error=True).print(said.words, style="bold red" if said.bad else "green", markup=False)
    return status
