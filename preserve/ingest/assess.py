"""Everything that can be said of a deposit before a byte is copied, and what is judged once the files are known.

`preserve check` and `preserve ingest` use the same room, so that what one announces the other does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from metadata.findings import Finding
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.clock import now, zone
from preserve.description.reading import match_files, read_description
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.acceptance import accept
from preserve.ingest.apply_rules import apply, view_of
from preserve.ingest.clamd import version as scanner_version
from preserve.ingest.facts import Character
from preserve.ingest.provenance import TakenFile
from preserve.ingest.receive import Deposit, DepositProfile, receive
from preserve.ingest.rules import View
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.rules.readable import with_article
from preserve.ingest.scan import scan
from preserve.ingest.space import reckon
from preserve.profiles import read_profile
from preserve.work import require_space

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Assessed:
    """A deposit that may be taken in: its inventory, its description, what was found so far, the space it needs."""

    deposit: Deposit
    description: CaseDescription
    findings: tuple[Finding, ...]
    scanner: str
    needed: int

    def require_space(self, home: Home) -> None:
        """Raises MediumProblem unless the package will fit in the store with the reserve left over."""
        require_space(home.store, self.needed, home.settings.reserve)

    def answered(self, home: Home) -> list[Finding]:
        """What was found so far, with what persons answer for."""
        return accept(self.description, self.findings, read_rules(home.profiles).accepting)

    def submission(self) -> tuple[tuple[str, bytes], ...]:
        """What came with the files and is no payload: a bag's own files; kept as documentation."""
        own: list[tuple[str, bytes]] = []
        described = self.deposit.description_name
        for path in self.deposit.tags:
            name = path.rpartition("/")[2]
            if name.startswith(("bag-info", "bagit", "manifest-", "tagmanifest-")) or path == described:
                own.append((name, self.deposit.source.read(path, 1 << 30)))
        return tuple(own)


def assess(home: Home, source: Path, progress: Callable[[int], None]) -> Assessed:
    """Receive, scan, read the description, check. Raises Refused with every reason that is known by then."""
    profile = read_profile("deposit.toml", DepositProfile, home.profiles)
    deposit = receive(source, profile)
    findings = list(deposit.findings)
    findings += scan(deposit, profile, home.settings.clamd, _scratch(home), progress)
    name = deposit.description_name.removeprefix(deposit.prefix)
    description, mistakes = read_description(name, deposit.description, read_vocabulary(home.profiles))
    findings += mistakes
    if description is not None:
        paths = (entry.path.removeprefix(deposit.prefix) for entry in deposit.files)
        findings += match_files(description, paths, name)
        findings += apply(_view(home, description, None))
    if description is None or any(finding.severity == "refuse" for finding in findings):
        raise Refused("sip.refused", str(source), findings=findings)
    scanner = scanner_version(home.settings.clamd) if home.settings.clamd else ""
    return Assessed(deposit, description, tuple(findings), scanner, reckon(home, deposit))


def _scratch(home: Home) -> Path:
    home.work.mkdir(parents=True, exist_ok=True)
    return home.work


@dataclass(frozen=True, slots=True)
class Judged:
    """All findings about a deposit, with what persons answer for, and the case as the rules saw it."""

    findings: tuple[Finding, ...]
    view: View


def refusal(deposit: Deposit, findings: Iterable[Finding]) -> Refused | None:
    """Why the deposit is not taken in: a refusal among the findings, or an error that nobody answers for."""
    found = tuple(findings)
    if any(finding.severity == "refuse" for finding in found):
        return Refused("sip.refused", str(deposit.origin), findings=found)
    # What went wrong in making copies is work for a person, and never keeps a case out.
    if open_errors := sum(finding.severity == "error" and "article" in finding.values for finding in found):
        return Refused("sip.unexplained", str(deposit.origin), findings=found, count=open_errors)
    return None


def _view(
    home: Home,
    description: CaseDescription,
    characters: dict[str, Character] | None,
    retention: RetentionProfile | None = None,
) -> View:
    today = now().astimezone(zone(home.settings.time_zone)).date()
    view = view_of(
        description,
        characters,
        today=today,
        state_secrets=home.settings.state_secrets,
        own_profiles=home.profiles,
        zone=zone(home.settings.time_zone),
        institution=home.settings.institution,
    )
    return replace(view, retention=retention or read_retention(home.profiles))


class Judgement:
    """Takes in file by file what was found out, and says in the end what is to be said of the deposit.

    `retention` are the rules in force; None: those that the profile has now.
    """

    def __init__(self, home: Home, assessed: Assessed, retention: RetentionProfile | None = None) -> None:
        self._home, self._assessed, self._retention = home, assessed, retention
        self._characters: dict[str, Character] = {}
        self._findings: list[Finding] = []
        rules = read_rules(home.profiles)
        self._readable, self._accepting = rules.readable, rules.accepting
        self._own = assessed.deposit.description_name.removeprefix(assessed.deposit.prefix)

    def add(self, file: TakenFile) -> None:
        """One file of the deposit."""
        if file.path == self._own:
            return  # it was read already, which says more than a format identifier could
        self._findings += with_article(file.identification.findings, self._readable)
        self._findings += with_article(file.character.findings, self._readable)
        if file.normalised:
            self._findings += file.normalised.findings
        if file.character.kind in ("video", "sound", "image"):
            self._characters[file.path] = file.character

    def finish(self) -> Judged:
        """All findings now that every file was looked at. Raises Refused where one of them refuses the deposit."""
        assessed = self._assessed
        known = [finding for finding in assessed.findings if not finding.code.startswith("rule.")]
        view = _view(self._home, assessed.description, self._characters, self._retention)
        findings = accept(assessed.description, [*known, *self._findings, *apply(view)], self._accepting)
        if refused := refusal(assessed.deposit, findings):
            raise refused
        return Judged(tuple(findings), view)


def preview(
    home: Home, source: Path, progress: Callable[[int], None], retention: RetentionProfile | None = None
) -> tuple[Assessed, Judged]:
    """What `assess` finds and, for a folder, what its recordings and documents say; nothing is copied.

    Files inside an archive are not looked into before they are taken in; that is said. Raises Refused for what
    cannot be read as a deposit; what the rules refuse is among the findings (see `refusal`).
    """
    from preserve.ingest.characterise import characterise
    from preserve.ingest.identify import identify_many

    assessed = assess(home, source, progress)
    folder = assessed.deposit.source.folder
    if folder is None:
        unread = Finding("sip.not-looked-into", "", "note", {"count": len(assessed.deposit.files)})
        view = _view(home, assessed.description, None, retention)
        return assessed, Judged(
            tuple(accept(assessed.description, [*assessed.findings, unread], view.profile.accepting)), view
        )
    own = assessed.deposit.description_name.removeprefix(assessed.deposit.prefix)
    where = zone(home.settings.time_zone)
    characters: dict[str, Character] = {}
    findings: list[Finding] = [f for f in assessed.findings if not f.code.startswith("rule.")]
    readable = read_rules(home.profiles).readable
    entries = list(assessed.deposit.files)
    for start in range(0, len(entries), _BATCH):
        batch = [
            (folder / entry.path, entry.path.removeprefix(assessed.deposit.prefix), entry.size)
            for entry in entries[start : start + _BATCH]
        ]
        for (path, name, size), found in zip(batch, identify_many(batch), strict=True):
            if name == own:
                continue
            character = characterise(path, found, name, where)
            findings += with_article((*found.findings, *character.findings), readable)
            if character.kind in ("video", "sound", "image"):
                characters[name] = character
            progress(size)
    view = _view(home, assessed.description, characters, retention)
    return assessed, Judged(
        tuple(accept(assessed.description, [*findings, *apply(view)], view.profile.accepting)), view
    )
