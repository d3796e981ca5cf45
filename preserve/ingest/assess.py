"""Everything that can be said of a deposit before a byte is copied, and what is judged once the files are known.

`preserve check` and `preserve ingest` use the same room, so that what one announces the other does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from metadata.findings import Finding
from metadata.identity import is_plain, readable
from metadata.names import safe_names
from preserve.administration.numbering.profile import read_numbering
from preserve.administration.retention.profile import read_retention
from preserve.clock import now, zone
from preserve.description.matching import match
from preserve.description.reading import read_description
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.acceptance import accept
from preserve.ingest.apply_rules import apply, view_of
from preserve.ingest.clamd import version as scanner_version
from preserve.ingest.forecast import Forecast
from preserve.ingest.handed import Handed, handed
from preserve.ingest.in_force import NOTHING_KNOWN, InForce
from preserve.ingest.joining import join
from preserve.ingest.provenance import TakenFile
from preserve.ingest.receive import Deposit, DepositProfile, as_finding, look_over, with_named
from preserve.ingest.rules import View
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

    def require_space(self, home: Home) -> None:
        """Raises MediumProblem unless the package will fit in the store with the reserve left over."""
        require_space(home.store, self.needed, home.settings.reserve)

    def answered(self, home: Home) -> list[Finding]:
        """What was found so far, with what persons answer for."""
        return accept(self.description, self.findings, read_rules(home.profiles).accepting)

    def submission(self) -> tuple[tuple[str, bytes], ...]:
        """What came with the files and is no payload: a bag's own files; kept as documentation."""
        paths = self.deposit.tags
        names = safe_names(path.rpartition("/")[2] for path in paths)
        came = ((name, self.deposit.source.read(path, 1 << 30)) for path, name in zip(paths, names, strict=True))
        return (*came, *self.notes)


def assess(
    home: Home, source: Path | Handed, progress: Callable[[int], None], known: InForce = NOTHING_KNOWN
) -> Assessed:
    """Receive, scan, read the description, check; `known` is what the catalogue says.

    Raises Refused with every reason there is, those that lie in the files among them: who mends one thing after the
    other hands in as many times.
    """
    profile = read_profile("deposit.toml", DepositProfile, home.profiles)
    deposit = join(look_over(source, profile, _scratch(home)), handed(source))
    name = readable(deposit.description_name.removeprefix(deposit.prefix))
    words = read_vocabulary(home.profiles)
    description, mistakes = read_description(deposit.read_as or name, deposit.description, words)
    if description is not None:
        deposit = with_named(deposit, (item.file for item in description.objects))
    findings = [*deposit.findings, *handed(source).findings]
    findings += scan(deposit, profile, home.settings.clamd, _scratch(home), progress)
    findings += mistakes
    names: Mapping[str, str] = {}
    if description is not None:
        matched = match(description, (entry.path.removeprefix(deposit.prefix) for entry in deposit.files), name)
        description = matched.case
        names = {path: name for path, name in matched.names.items() if name != path or not is_plain(path)}
        findings += [*matched.findings, *apply(_view(home, description, None, known))]
    if description is None or any(finding.severity == "refuse" for finding in findings):
        sightings = Sightings(home, deposit, names)
        found = _with_files(home, description, findings, sightings, progress, known)
        raise Refused("sip.refused", str(deposit.origin), findings=found)
    scanner = scanner_version(home.settings.clamd) if home.settings.clamd else ""
    space, notes = reckon(home, deposit), handed(source).notes
    return Assessed(deposit, description, tuple(findings), scanner, space, names, known, notes)


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
    if open_errors := sum(finding.severity == "error" and "article" in finding.values for finding in found):
        return Refused("sip.unexplained", str(deposit.origin), findings=found, count=open_errors)
    return None


def _view(home: Home, description: CaseDescription, sightings: Sightings | None, known: InForce) -> View:
    today = now().astimezone(zone(home.settings.time_zone)).date()
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
    return accept(description, [*kept, *sightings.findings, *apply(view)], view.profile.accepting), view


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
