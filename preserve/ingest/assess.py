"""Everything that can be said of a deposit before a byte is copied, and what is judged once the files are known.

`preserve check` and `preserve ingest` use the same room, so that what one announces the other does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path

from metadata.findings import Finding
from metadata.identity import readable
from metadata.names import safe_names
from preserve.administration.numbering.profile import read_numbering
from preserve.administration.retention.profile import read_retention
from preserve.clock import now, zone
from preserve.description.matching import match
from preserve.description.reading import read_description
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.description.writing import write_json
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.acceptance import accept, answerable
from preserve.ingest.apply_rules import apply, view_of
from preserve.ingest.case_systems.looking import looked_over
from preserve.ingest.clamd import version as scanner_version
from preserve.ingest.forecast import Forecast
from preserve.ingest.foreign.answers import answered_digests
from preserve.ingest.foreign.describing import described, lacking
from preserve.ingest.foreign.keeping import kept_documents
from preserve.ingest.handed import BESIDE, Handed
from preserve.ingest.in_force import NOTHING_KNOWN, InForce
from preserve.ingest.joining import join
from preserve.ingest.provenance import TakenFile
from preserve.ingest.receive import Deposit, DepositProfile, as_finding, look_over, with_named
from preserve.ingest.rules import View
from preserve.ingest.rules.old_cases import eased
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.scan import scan
from preserve.ingest.sightings import Sightings
from preserve.ingest.space import reckon
from preserve.profiles import read_profile
from preserve.work import require_space

_DANGEROUS = ("sip.virus", "sip.bomb")
"""No program of ours opens a file of a deposit of which this was found."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A deposit that may be taken in: its inventory, its description, what was found so far, the space it needs.

    `names` are those of the files (see `metadata.identity`) by their paths below the deposit's prefix, where a path is
    not its name itself, as most are.
    """

    deposit: Deposit
    description: CaseDescription
    findings: tuple[Finding, ...]
    scanner: str
    needed: int
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    known: InForce = NOTHING_KNOWN
    notes: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    def without_names(self) -> Assessed:
        """The same, once nobody asks for the files any more: a large deposit has many megabytes of names."""
        return replace(self, deposit=replace(self.deposit, files=(), wanted={}), names={})

    def require_space(self, home: Home) -> None:
        """Raises MediumProblem unless the package will fit in the store with the reserve left over."""
        require_space(home.store, self.needed, home.settings.reserve)

    def answered(self, home: Home) -> list[Finding]:
        """What was found so far, with what persons answer for."""
        rules = read_rules(home.profiles)
        return accept(
            self.description, eased(self.description, self.findings, rules.legacy, _today(home)), rules.accepting
        )

    def submission(self) -> Iterable[tuple[str, bytes]]:
        """What came with the files and is no payload: a bag's own files, all else of a package; kept as documentation.

        Of a package they are read one after the other, as they are asked for.
        """
        if self.deposit.foreign is not None:
            return chain(kept_documents(self.deposit.foreign), self.notes)
        paths = self.deposit.tags
        names = safe_names(path.rpartition("/")[2] for path in paths)
        came = ((name, self.deposit.source.read(path, 1 << 30)) for path, name in zip(paths, names, strict=True))
        return (*came, *self.notes, *(self.deposit.accession.papers if self.deposit.accession else ()))


def assess(
    home: Home,
    source: Path | Handed,
    progress: Callable[[int], None],
    known: InForce = NOTHING_KNOWN,
    pool: Executor | None = None,
) -> Assessed:
    """Receive, scan, read the description, check; `known` is what the catalogue says, `pool` are idle processes.

    Raises Refused with every reason there is, those that lie in the files among them: who mends one thing after the
    other hands in as many times.
    """
    profile = read_profile("deposit.toml", DepositProfile, home.profiles)
    deposit, beside = looked_over(
        home, source, profile, lambda given: look_over(given, profile, _scratch(home), home.profiles, pool)
    )
    deposit = join(deposit, beside)
    name = readable(deposit.description_name.removeprefix(deposit.prefix))
    words = read_vocabulary(home.profiles)
    deposit, lacks = _self_described(home, deposit)
    description, mistakes = None, lacks
    if not lacks:
        description, mistakes = read_description(deposit.read_as or name, deposit.description, words)
        deposit = replace(deposit, description=b"")  # of a large case many megabytes, and read
    if description is not None:
        deposit = with_named(deposit, (item.file for item in description.objects))
    findings = [*deposit.findings, *beside.findings]
    findings += scan(deposit, profile, home.settings.clamd, _scratch(home), progress)
    findings += mistakes
    names: Mapping[str, str] = {}
    if description is not None:
        matched = match(description, (entry.path.removeprefix(deposit.prefix) for entry in deposit.files), name)
        description = matched.case
        names = {path: name for path, name in matched.names.items() if name != path or readable(path) != path}
        deposit, answered = answered_digests(deposit, description, names)
        findings += [*matched.findings, *answered, *apply(_view(home, description, None, known))]
    if description is None or any(finding.severity == "refuse" for finding in findings):
        sightings = Sightings(home, deposit, names)
        found = _with_files(home, description, findings, sightings, progress, known)
        raise Refused("sip.refused", str(deposit.origin), findings=found)
    scanner = scanner_version(home.settings.clamd) if home.settings.clamd else ""
    space, notes = reckon(home, deposit), beside.notes
    return Assessed(deposit, description, tuple(findings), scanner, space, names, known, notes)


def _self_described(home: Home, deposit: Deposit) -> tuple[Deposit, list[Finding]]:
    """A package of another system with the description that it gives of itself, or what that lacks."""
    if deposit.foreign is None or deposit.description:
        return deposit, []
    content = described(deposit.foreign.package, deposit.foreign.names, home.profiles)
    if lacks := lacking(content, read_vocabulary(home.profiles)):
        return deposit, lacks
    return replace(deposit, description=write_json(content).encode(), read_as=BESIDE), []


def _with_files(
    home: Home,
    description: CaseDescription | None,
    found: list[Finding],
    sightings: Sightings,
    progress: Callable[[int], None],
    known: InForce,
) -> list[Finding]:
    """What was found so far, and what the files give cause for."""
    try:
        if not any(finding.code in _DANGEROUS for finding in found):
            sightings.look(progress)
    except Refused as error:
        found = [*found, *(error.findings or (as_finding(error),))]
    if description is None:
        return [*found, *sightings.findings]
    return _judge(home, description, found, sightings, known)[0]


def _scratch(home: Home) -> Path:
    home.work.mkdir(parents=True, exist_ok=True)
    return home.work


@dataclass(frozen=True, slots=True)
class Judged:
    """All findings about a deposit, with what persons answer for, and the case as the rules saw it.

    `forecast`: bytes that the package will take, by policy; empty where that was not asked.
    """

    findings: tuple[Finding, ...]
    view: View
    forecast: Mapping[str, int] = field(default_factory=dict)


def refusal(deposit: Deposit, findings: Iterable[Finding]) -> Refused | None:
    """Why the deposit is not taken in: a refusal among the findings, or an error that nobody answers for."""
    found = tuple(findings)
    if any(finding.severity == "refuse" for finding in found):
        return Refused("sip.refused", str(deposit.origin), findings=found)
    # What went wrong in making copies is work for a person, and never keeps a case out.
    if open_errors := sum(map(answerable, found)):
        return Refused("sip.unexplained", str(deposit.origin), findings=found, count=open_errors)
    return None


def _today(home: Home) -> date:
    return now().astimezone(zone(home.settings.time_zone)).date()


def _view(home: Home, description: CaseDescription, sightings: Sightings | None, known: InForce) -> View:
    today = _today(home)
    view = view_of(
        description,
        sightings.characters if sightings else None,
        today=today,
        state_secrets=home.settings.state_secrets,
        own_profiles=home.profiles,
        zone=zone(home.settings.time_zone),
        institution=home.settings.institution,
    )
    retention, numbering = known.retention or read_retention(home.profiles), read_numbering(home.profiles)
    view = replace(view, retention=retention, numbering=numbering, register=known.register)
    return replace(view, marks=sightings.marks, identical=sightings.identical()) if sightings else view


def _judge(
    home: Home, description: CaseDescription, found: Iterable[Finding], sightings: Sightings, known: InForce
) -> tuple[list[Finding], View]:
    """All findings now that every file was looked at, and the case as the rules saw it."""
    kept = [finding for finding in found if not finding.code.startswith("rule.")]
    view = _view(home, description, sightings, known)
    found = eased(description, [*kept, *sightings.findings, *apply(view)], view.profile.legacy, view.today)
    return accept(description, found, view.profile.accepting), view


class Judgement:
    """Takes in file by file what was found out, and says in the end what is to be said of the deposit.

    `known` is what the catalogue says now, where it is asked again.
    """

    def __init__(self, home: Home, assessed: Assessed, known: InForce | None = None) -> None:
        self._home, self._assessed, self._known = home, assessed, known or assessed.known
        self._sightings = Sightings(home, assessed.deposit, assessed.names)

    def add(self, file: TakenFile) -> None:
        """One file of the deposit."""
        digest = next(iter(file.copied.digests.values()), "") if file.copied.size else ""
        self._sightings.see(file.path, file.identification, file.character, digest)
        if file.normalised:
            self._sightings.findings += file.normalised.findings

    def so_far(self) -> list[Finding]:
        """All findings of the files that were taken in, where others are refused."""
        return self._judged()[0]

    def finish(self) -> Judged:
        """All findings now that every file was looked at. Raises Refused where one of them refuses the deposit."""
        findings, view = self._judged()
        if refused := refusal(self._assessed.deposit, findings):
            raise refused
        return Judged(tuple(findings), view)

    def _judged(self) -> tuple[list[Finding], View]:
        assessed = self._assessed
        return _judge(self._home, assessed.description, assessed.findings, self._sightings, self._known)


def preview(
    home: Home, source: Path | Handed, progress: Callable[[int], None], known: InForce = NOTHING_KNOWN
) -> tuple[Assessed, Judged]:
    """What `assess` finds, and what the files say, those in an archive too; nothing is kept.

    Raises Refused for what cannot be read as a deposit or is refused as it lies there; what the rules refuse is among
    the findings (see `refusal`).
    """
    assessed = assess(home, source, progress, known)
    sightings = Sightings(home, assessed.deposit, assessed.names)
    forecast = Forecast(home)
    sightings.look(progress, forecast)
    findings, view = _judge(home, assessed.description, assessed.findings, sightings, known)
    return assessed, Judged(tuple(findings), view, forecast.bytes)
