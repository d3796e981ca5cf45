"""Tables of campaigns of old cases."""

from __future__ import annotations

from collections.abc import Mapping

from metadata.findings import Finding
from preserve.messages import bytes_for_people, known, language, listed, say
from preserve.services.import_views import Campaign, Campaigns, CampaignShown, Line
from preserve.services.tables import NOTHING, Table, cells, facts, table


def campaigns(listing: Campaigns) -> Table:
    """A line each: name, when, by whom, cases, files."""
    rows = (cells(one.campaign, one.made, one.by, one.cases, one.files) for one in listing.campaigns)
    return table("import made by cases files", rows, domain="imports.heading")


def one(campaign: Campaign) -> tuple[Table, Table]:
    """What is known of a campaign, and its carriers."""
    known_ = facts(
        [
            (say("imports.heading-list"), campaign.list),
            (say("imports.heading-profile"), campaign.profile),
            (say("imports.heading-cases"), str(campaign.cases)),
            *((say(f"imports.state-{state}"), str(count)) for state, count in campaign.counts.items() if count),
            (say("imports.heading-files"), f"{campaign.files} ({bytes_for_people(campaign.bytes)})"),
            (say("imports.view-questions"), str(campaign.questions)),
            (say("imports.view-unlisted"), str(campaign.unlisted)),
            (say("imports.view-twice"), str(campaign.twice)),
            (say("imports.view-damaged"), str(campaign.damaged)),
        ]
    )
    rows = (
        cells(
            one.id,
            one.label or NOTHING,
            say(f"imports.kind-{one.kind}"),
            one.files,
            one.unreadable,
            say(f"imports.place-{one.state}") if one.state else "",
        )
        for one in campaign.carriers
    )
    return known_, table("carrier label kind files unreadable state", rows, domain="imports.heading")


def lines(shown: CampaignShown) -> Table:
    """A page of one of its lists."""
    return table(
        "key number title state carrier path why", (_line(line) for line in shown.lines), domain="imports.heading"
    )


def _line(line: Line) -> tuple[str, ...]:
    state = say(f"imports.state-{line.state}") if line.state else ""
    return cells(line.key, line.case_number, line.title, state, line.carrier, line.path, why(line))


def why(line: Line) -> str:
    """Why a file fits or a case was refused, in words; digests and byte ranges stay as they are."""
    codes, names = line.why, line.why.split(" ")
    if line.told:
        return ("；" if language() == "zh" else "; ").join(_sentence(one) for one in line.told)
    if all(known(name) or known(f"imports.basis-{name}") for name in names):
        return listed(say(name) if known(name) else say(f"imports.basis-{name}") for name in names)
    return codes


def _sentence(finding: Finding) -> str:
    words = say(finding.code, **finding.values)
    return say("imports.told", where=finding.where, words=words) if finding.where else words


def counted(counts: Mapping[str, int]) -> str:
    """Counts by state, in one line."""
    return listed(f"{say(f'imports.state-{state}')} {count}" for state, count in counts.items() if count)
