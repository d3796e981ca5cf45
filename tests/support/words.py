"""What fills the composed codes of messages where the source does not tell: each pattern with all of its values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import preserve
from metadata import findings
from preserve.access.case_history import model as life
from preserve.access.exporting import catalogue
from preserve.access.exporting import model as exporting
from preserve.access.exporting.procedure import EXPORTS
from preserve.access.redaction import making, plan
from preserve.access.requests import model as request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.transfer import model as transfer
from preserve.access.transfer.procedure import TRANSFERS
from preserve.administration.appraisal import model as appraisal
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal import model as disposal
from preserve.administration.disposal import removal
from preserve.administration.disposal.steps import DISPOSALS
from preserve.administration.duties import Duty, Role
from preserve.administration.file_forms.profile import COLUMNS, FACTS, SIGNERS
from preserve.administration.file_forms.wording import KNOWN
from preserve.administration.holds import steps as holds
from preserve.administration.holds.steps import HOLDS
from preserve.administration.numbering import profile as numbering
from preserve.administration.retention import profile as retention
from preserve.archival_storage import checking, overview, schedule
from preserve.data_management import pool, sealing
from preserve.description.drafted import SEEN_WORDS, SIGNED, STAMPED
from preserve.description.labels import SHEETS
from preserve.ingest import normalise, waiting
from preserve.ingest.compliance import articles, properties
from preserve.ingest.handing_in.rooms import State as DepositState
from preserve.ingest.office_files import remarks
from preserve.ingest.stations import profile as stations
from preserve.ingest.stations import proposing
from preserve.machine_reading import models
from preserve.machine_reading import records as machine_records
from preserve.machine_reading.speech_profile import Element
from preserve.preservation_planning import profile as planning
from preserve.preservation_planning import risk
from preserve.services import deposits, jobs, rooms  # noqa: F401  `rooms` declares every operation
from preserve.services.fonds_gathering import GROUPS, WHICH
from preserve.services.import_views import CaseState, View
from preserve.services.machine_reading_views import ListState
from preserve.services.operation import OPERATIONS
from preserve.services.runs import Lane
from storage_adapters import erasing
from tests.support.codes import headings, passed

ROOT = Path(preserve.__file__).parent.parent

KINDS = {"directory", "drive", "optical", "s3"}
COPIES = {"due", "failed", "lost", "made", "planned", "repaired", "retired", "suspect", "verified", "written"}
MEDIA = {"in-use", "lost", "planned", "replaced", "retired"}
REASONS = {"absent", "altered", "no-anchor", "unexpected", "unreadable", "unreadable-medium"}
FLOORS = {"floor-case", "floor-long-term", "floor-recording"}
SUMMARY = {"complete", "explained", "warning", "error", "refuse"}
REPRESENTATIONS = {"original", "preservation", "access"}
FOUR = {"authenticity", "integrity", "usability", "security"}
FIELDS = {
    "archival_number",
    "case_number",
    "case_type",
    "cause",
    "classification",
    "date",
    "device",
    "file",
    "heard",
    "kind",
    "machine",
    "maker",
    "measure",
    "note",
    "object",
    "officer",
    "party",
    "place",
    "producer",
    "stage",
    "text",
    "title",
    "volume",
}
TERMS = {
    "case_type",
    "incident",
    "long-term",
    "measure",
    "outcome",
    "recorded",
    "recorded-situational",
    "shown",
    "shows",
}
CHANGES = {
    "became-permanent",
    "became-unknown",
    "longer",
    "no-longer-permanent",
    "no-longer-unknown",
    "other-rule",
    "shorter",
}
NOTE = {"carrier", "case", "device", "file", "maker", "place", "proves", "shows", "size", "title", "when"}
NOTE |= {"made", "how", "transcript", "digest-sha256", "digest-sha512", "digest-sm3", "signing", "clock", "under"}


def _of(kind: Any) -> set[str]:
    """The values of a Literal, but for the empty one, which nothing is said of."""
    return set(get_args(kind)) - {""}


def _steps(words: str, states: Any) -> set[str]:
    return {f"{words}-{state}" for state in _of(states)}


def _operations_as_jobs() -> set[str]:
    fit = (name for name, one in OPERATIONS.items() if one.runs is not None and not one.open_to_all)
    return {name.replace(".", "-").replace("_", "-") for name in fit}


WORDS: dict[str, Collection[str]] = {
    "imports.heading-{}": {
        *("answer-damaged", "answer-questions", "answer-unlisted", "by", "cases", "carrier", "files", "import", "key"),
        *("kind", "label", "list", "made", "mark", "number", "path", "read", "size", "state", "title", "unreadable"),
        *("why",),
    },
    "imports.heading-answer-{}": {"damaged", "questions", "unlisted"},
    "imports.state-{}": {"taken", "left", *get_args(CaseState)},
    "imports.view-{}": set(get_args(View)),
    "imports.place-{}": {"here", "absent", "changed"},
    "imports.kind-{}": {"folder", "image", "device"},
    "imports.basis-{}": {
        *("archival-number", "case-number", "decided", "disc", "file", "folder", "party", "party-date", "path", "title")
    },
    "forms.form-{}": KNOWN,
    "forms.head-{}": {*FACTS, *chain.from_iterable(COLUMNS.values())},
    "forms.group-{}": GROUPS,
    "forms.register-{}": WHICH,
    "forms.signer-{}": SIGNERS,
    "field.{}": {"case", *SHEETS},
    "reading.seen-{}": {"telephone", "amount", SIGNED, STAMPED, *SEEN_WORDS},
    "deposit.state-{}": {*get_args(DepositState), "waiting", "held"},
    "deposit.verdict-{}": SUMMARY,
    "cause.{}": {
        "not-there",
        "no-right",
        "no-space",
        "read-write",
        "read-only",
        "is-there",
        "no-folder",
        "a-folder",
        "busy",
        "too-many-open",
        "name-long",
        "no-answer",
        "not-empty",
        "a-link",
        "ended-early",
        "no-pdf",
        "smaller",
        "zip",
        "password",
        "pdf",
        "no-picture",
        "picture-large",
        "cut-off",
        "letters",
        "memory",
        "slow",
        "no-stream",
        "codec",
        "not-supported",
        "office",
        "xml",
        "nested",
        "content",
    },
    "case.cell-{}": {"number", "date", "error"},
    "cli.metavar-{}": {
        "account",
        "args",
        "command",
        "options",
        "aip",
        "bytes",
        "case",
        "deposit",
        "device",
        "dir",
        "disc",
        "disposal",
        "export",
        "file",
        "folder",
        "fonds",
        "hold",
        "import",
        "kind",
        "label",
        "medium",
        "n",
        "name",
        "number",
        "path",
        "place",
        "qr",
        "recording",
        "request",
        "review",
        "sip",
        "text",
        "transfer",
        "where",
        "xlsx",
        "yyyy",
    },
    "deposit.paper-{}": {
        "item",
        "value",
        "number",
        "title",
        "deposit",
        "name",
        "from",
        "files",
        "bytes",
        "article",
        "where",
        "what",
        "todo",
    },
    "words.choice-{}": {
        "access",
        "compact",
        "disc",
        "drive",
        "encrypted-zip",
        "face",
        "folder",
        "inlay",
        "lossless",
        "original",
        "package",
        "preservation",
        "zip",
    },
    "audit.{}": passed(ROOT, "told", "preserve/archival_storage/auditing"),
    "certificate.{}": passed(ROOT, "both", "preserve/access/certificate"),
    "certificate.medium-{}": KINDS,
    "certificate.reason-{}": REASONS,
    "cli.budget-{}": {"bytes", "hours", "seconds"},
    "cli.deadline-{}": _of(waiting.Standing),
    "cli.deposit-{}": _of(deposits.State) | {"sealed"},
    "cli.due-{}": _of(schedule.How),
    "cli.field-{}": FIELDS,
    "history.what-{}": REPRESENTATIONS
    | {"catalogue", "contents", "machine-reading", "pictures", "searchable", "timeline", "transcript", "use"},
    "cli.state-{}": {"running", "waiting", "refused", "abandoned"},
    "cli.task-{}": _of(overview.Act) - {"nothing"},
    "cli.word-{}": TERMS,
    "cli.severity-{}": _of(findings.Severity),
    "{}.deed-{}": {
        f"{kind.words.partition('.')[0]}.deed-{step.deed}"
        for kind in (REQUESTS, TRANSFERS, EXPORTS, REVIEWS, DISPOSALS, HOLDS)
        for step in kind.steps
    },
    "compliance.asks-{}": set(articles._BASIS),
    "compliance.basis-{}": {test.item for test in properties._TESTS if test.when != "seal"},
    "compliance.batch-verdict-{}": SUMMARY,
    "compliance.item-{}": {test.item for test in properties._TESTS},
    "compliance.note-how-{}": {"sound", "video"},
    "compliance.note-{}": NOTE,
    "compliance.subject-{}": {test.subject for test in properties._TESTS},
    "compliance.verdict-{}": SUMMARY,
    "compliance.{}": _of(properties.Result) | {"passed", "warning", "explained", "failed", "unknown", "none"},
    "dip.form-{}": REPRESENTATIONS | _of(making.Representation),
    "disposal.state-{}": _of(disposal.State),
    "disposal.task-{}": _of(removal.Why),
    "disposal.worth-{}": _of(erasing.Worth) | {"absent", "destroyed", "lost", "never-written", "remote"},
    "format.{}": passed(ROOT, "tell", "preserve/ingest/readers"),
    "history.from-{}": _of(life.Source),
    "history.outcome-{}": {"success", "warning", "fail"},
    "ingest.severity-{}": _of(findings.Severity),
    "reading.for-{}": set(get_args(models.What)),
    "reading.model-{}": {"absent", "whole", "wrong"},
    "people.by-{}": {"login", "system-user"},
    "people.duty-{}": set(Duty),
    "people.role-{}": set(Role),
    "people.deed-{}": {
        "appraisal-approve",
        "disposal-approve",
        "export-approve",
        "openness-close",
        "openness-open",
        "export-refuse",
        "transfer-approve",
        "transfer-refuse",
        "request-approve",
        "request-refuse",
        "retention-put-in-force",
    },
    "job.operation-{}": _operations_as_jobs(),
    "job.state-{}": set(jobs.STATES),
    "cluster.state-{}": {"working", "left", "gone"},
    "cluster.lane-{}": set(get_args(Lane)),
    "people.state-{}": {"active", "suspended"},
    "plan.age-{}": _of(risk.Age),
    "plan.case-{}": {"done", "failed", "settled"},
    "exporting.column-{}": {
        column.name for kind in (catalogue.CaseLine, catalogue.FileLine) for column in fields(kind)
    },
    "exporting.lost-{}": _of(exporting.Lost),
    "exporting.sheet-{}": {"cases", "files"},
    "exporting.form-{}": set(exporting.FORMS),
    "exporting.state-{}": set(exporting.STATES),
    "exporting.done-{}": set(exporting.STATES) - {"writing"},
    "exporting.folder-{}": {"original", "access", "about"},
    "derivative.{}": set(remarks.KINDS),
    "plan.kind-{}": (_of(normalise.Action) | _of(normalise.Access)) - {"keep", "none"},
    "plan.level-{}": _of(planning.Level) | {"unknown"},
    "plan.policy-{}": {"lossless", "compact"},
    "plan.superseded-{}": {"keep", "propose"},
    "pool.certainty-{}": _of(proposing.Certainty),
    "pool.fact-{}": {fact.replace("_", "-") for fact in stations.FACTS},
    "pool.from-{}": {"container", "file-name", "folder", "side-file"},
    "pool.reason-{}": _of(proposing.ReasonCode),
    "pool.state-{}": {*pool.STATES, "all"},
    "pool.{}-differs": {"device", "officer", "officer-name"},
    "reading.doubt-{}": _of(machine_records.Doubt),
    "reading.element-{}": _of(Element),
    "reading.what-{}": _of(machine_records.What),
    "reading.state-{}": _of(ListState),
    "reading.dead-{}": _of(machine_records.Stretch.model_fields["what"].annotation),
    "reading.stretch-{}": _of(machine_records.Stretch.model_fields["what"].annotation),
    "reading.place-{}": _of(machine_records.Place.model_fields["what"].annotation),
    "redaction.found-{}": _of(plan.Found),
    "redaction.what-{}": _of(plan.What),
    "report.health-{}": {"good", "failing"},
    "report.run-{}": {"running", "done", "stopped", "failed"},
    "report.{}": FOUR,
    "request.opinion-{}": {"grant", "refuse"},
    "request.solved-{}": {"answered", "left-out", "redacted"},
    "request.state-{}": _of(request.State),
    "retention.action-{}": _of(appraisal.Action),
    "retention.basis-{}": FLOORS,
    "retention.change-{}": CHANGES,
    "retention.counted-{}": _of(retention.Count),
    "retention.event-{}": _of(retention.Event),
    "retention.gone-{}": {"begun", "destroyed"},
    "retention.hold-state-{}": {"added", "released"},
    "retention.hold-{}": _of(holds.HoldKind),
    "retention.rule-{}": FLOORS | {"declared", "none"},
    "rule.archival-number-{}": {"levels", "parts", "signs", *get_args(numbering.Kind)},
    "rule.evidence-{}": {"maker", "original_carrier", "transcript"},
    "rule.source-{}": {"container", "description", "exif", "file-name", "recorded"},
    "rule.{}": passed(ROOT, "finding", "preserve/ingest/rules"),
    "sip.{}": {"symlink", "hardlink", "fifo", "device", "socket"},
    "transfer.done-{}": _of(transfer.State),
    "transfer.form-{}": _of(transfer.Form),
    "transfer.item-{}": {"carrier", "description", "digests", "files", "formats", "ledger", "readable", "virus"},
    "transfer.result-{}": {"pass", "fail", "not-tested"},
    "transfer.state-{}": _of(transfer.State),
    "words.copy-{}": COPIES,
    "words.medium-state-{}": MEDIA,
    "words.outcome-{}": _of(checking.Outcome),
    "words.reason-{}": REASONS | {"medium-absent", "wrong-medium"},
    "words.representation-{}": REPRESENTATIONS,
    # Whole codes, of which the source knows the end only.
    "{}-noted": {sealing.TAIL_FOUND, sealing.HEAD_MISSING, sealing.WITNESSED},
    "{}-{}": {
        *_steps("request.state", request.State),
        *_steps("transfer.state", transfer.State),
        *_steps("disposal.state", disposal.State),
        *_steps("retention.state", appraisal.State),
        "retention.hold-state-added",
        "retention.hold-state-released",
        *headings(ROOT, "preserve/services/tables"),
    },
}
"""Where a pattern has several places, or begins with one, its values are whole codes."""

ALSO = {f"words.medium-{kind}" for kind in {*KINDS, "place"}}
"""Codes that are composed before they are said."""

ELSEWHERE = {
    "cli.{}": "a command's line, tested with its options",
    "cli.{}.help": "a command's help, tested with its options",
    "words.heading-{}": "said where there is one",
}
"""Composed codes that another test covers, or that need not be there."""
