"""Every row of the REST door, and the operations that it does not offer, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from preserve.api import following, pieces
from preserve.api.offers import Offer
from preserve.api.resources.appraisal import APPRAISAL
from preserve.api.resources.cases import CASES
from preserve.api.resources.deposits import DEPOSITS
from preserve.api.resources.keeping import KEEPING
from preserve.api.resources.people import PEOPLE
from preserve.api.resources.pool import POOL
from preserve.api.resources.requests import REQUESTS

OFFERS: tuple[Offer, ...] = (*PEOPLE, *DEPOSITS, *POOL, *CASES, *REQUESTS, *APPRAISAL, *KEEPING)

_FOLDERS = "it works on folders of the host; over HTTP a deposit is handed in and found by its number"
_AT_THE_DRIVE = "it reads a place of the host, as drives and discs are; whoever put the disc in is at the host"
_OURS = "the service starts it itself"
_AT_THE_BROWSER = "a browser speaks with security keys; a program has a token of its own"
_FOUNDING = "it founds or mends what this door stands on, and whoever may do that is at the host"
_IN_A_BROWSER = "a person goes to the bureau's sign-in and back with a browser; programs have tokens"

OFFERED = frozenset(offer.operation for offer in OFFERS) | frozenset(
    operation for _, _, operation in (*pieces.ROWS, *following.ROWS)
)
"""Every operation with a route, from the table or by a protocol of its own."""

NOT_OFFERED: Mapping[str, str] = {
    "archive.found": _FOUNDING,
    "case.view": "it puts copies where the command line shows them; bytes are `reading.bytes`",
    "catalogue.move": _FOUNDING,
    "catalogue.rebuild": _FOUNDING,
    "catalogue.upgrade": _FOUNDING,
    "copies.restore": _AT_THE_DRIVE,
    "copies.restore_archive": _FOUNDING,
    "deposits.check": _FOLDERS,
    "deposits.deadlines": _FOLDERS,
    "deposits.describe": _FOLDERS,
    "deposits.describe_cases": _FOLDERS,
    "deposits.describe_export": _FOLDERS,
    "deposit_description.read": "it reads a workbook beside the form; a program sends the workbook with the files",
    "deposits.file": "it is a picture beside the form, of bytes that whoever asks has sent themselves",
    "job.about": "it is for pages that show the thing; a program asked for the job and has `/jobs/{id}`",
    "job.bundle": "it is for who saves it with a browser; a program fetches each file by its number",
    "job.made": "it is for pages that show the thing; a program asked for the job and has `/jobs/{id}`",
    "user.names": "it is for pages, which say names beside accounts; a program has `/people`",
    "deposits.ingest": _FOLDERS,
    "deposits.page": "it is a picture beside the form, of bytes that whoever asks has sent themselves",
    "deposits.template": _FOLDERS,
    "disc.read": _AT_THE_DRIVE,
    "disc.verify": _AT_THE_DRIVE,
    "factor.add_key": _AT_THE_BROWSER,
    "factor.begin_key": _AT_THE_BROWSER,
    "factor.remove_key": _AT_THE_BROWSER,
    "health.examine": "it tells of the host and its folders; the system page shows it to who keeps the service",
    "import.answer": "it is for a page with a few lines; a program sends the workbook (`import.decide`)",
    "import.give_list": "it is for a page, which plans with it; `import.plan` takes folders of the host",
    "import.places": _FOLDERS,
    "import.plan": _FOLDERS,
    "import.workbook": "it writes where the command line shows it; a program has the lists of `/imports/{campaign}`",
    "house.add": _FOUNDING,
    "house.doors": "a program has the address of its fonds",
    "house.check_proof": _AT_THE_DRIVE,
    "house.close": _FOUNDING,
    "house.found": _FOUNDING,
    "house.limit": _FOUNDING,
    "house.number": _FOUNDING,
    "house.prove": "it writes to a place of the host; whoever has the proof checks it without an archive",
    "house.request": "it reads papers of the host, as the request of another archive",
    "job.ask": "each operation that runs as a job has an address of its own",
    "job.run": _OURS,
    "job.work": _OURS,
    "ledger.seal_for_all": _OURS,
    "media.label": "it writes to a place of the host; labels over HTTP are `media.label_paper`",
    "media.add": "a place of the host becomes a medium, and whoever connects it is at the host",
    "media.read_code": "it reads a photograph for the page; a program sends the text of the code",
    "pool.collect": _FOLDERS,
    "session.ask_provider": _IN_A_BROWSER,
    "session.begin": _AT_THE_BROWSER,
    "session.open_by_code": _IN_A_BROWSER,
    "session.open_by_key": _AT_THE_BROWSER,
    "session.open_by_provider": _IN_A_BROWSER,
    "system.metrics": "a monitor asks at an address of its own, in its own form (docs/metrics.md)",
    "user.login": "it is the command line's; programs open a session (`session.open`)",
    "user.logout": "it ends every token of a person; a session ends itself (`session.close`)",
    "packages.verify": _AT_THE_DRIVE,
    "reading.bring_models": _AT_THE_DRIVE,
    "reading.measure": _AT_THE_DRIVE,
    "reading.models": "it tells which files lie on the host; what was read names its model with every record",
}
"""Operations without a row, and why."""
