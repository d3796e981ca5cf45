"""The figures of a monitor in Prometheus' text form, made by its own library; docs/metrics.md tells of each.

What ends in `_1d` is of the last day. A time is the second since 1970, left out for never; a monitor reckons ages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from preserve.clock import parse
from preserve.data_management.jobs import AGAIN, AT_WORK, WAITING
from preserve.services.metrics import DENIED, Metrics
from preserve.services.runs import Lane

_LANES = get_args(Lane)
_OPEN, _ENDED = (*WAITING, *AT_WORK), ("done", *AGAIN)
_TROUBLE = ("planned", "written", "suspect", "lost")


def text_of(facts: Metrics, fonds: str = "") -> bytes:
    """All figures, in the text form 0.0.4 that every collector reads.

    Those of a `fonds` of a house have its code as a label: one collector takes the same name without it but once.
    """
    registry = CollectorRegistry()
    registry.register(_Facts(facts, fonds))
    return generate_latest(registry)


class _Facts:
    """A collector of one look."""

    def __init__(self, facts: Metrics, fonds: str) -> None:
        self._facts, self._label = facts, {"fonds": fonds} if fonds else {}

    def describe(self) -> list[Metric]:
        """Nothing before it is collected."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Each family once."""
        for part in (_service, _jobs, _work, _copies, _audits, _room, _logs):
            for family in part(self._facts):
                family.samples = [one._replace(labels={**self._label, **one.labels}) for one in family.samples]
                yield family


def _gauge(name: str, meaning: str, value: float | None) -> Iterator[Metric]:
    if value is not None:
        yield GaugeMetricFamily(f"preserve_{name}", meaning, value=value)


def _family(name: str, meaning: str, labels: str, rows: Iterator[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"preserve_{name}", meaning, labels=labels.split())
    for values, value in rows:
        family.add_metric(list(values), value)
    return family


def _second(when: str) -> float | None:
    return parse(when).timestamp() if when else None


def _service(facts: Metrics) -> Iterator[Metric]:
    told = {name: facts.versions.get(name, "") for name in ("preserve", "schema", "python")}
    engine = next((name for name in ("sqlite", "postgresql") if name in facts.versions), "")
    told["database"] = f"{engine} {facts.versions.get(engine, '')}".strip()
    family = GaugeMetricFamily("preserve_info", "Versions of what runs", labels=list(told))
    family.add_metric(list(told.values()), 1)
    yield family
    yield from _gauge("figures_timestamp_seconds", "When these figures were taken", _second(facts.moment))
    yield from _gauge("worker_up", "Whether a worker has this home, or a node works that joined", float(facts.worker))


def _jobs(facts: Metrics) -> Iterator[Metric]:
    now = {(one.lane, one.state): float(one.count) for one in facts.jobs}
    places = [(lane, state) for lane in _LANES for state in _OPEN]
    yield _family("jobs", "Jobs that have not ended", "lane state", ((at, now.get(at, 0.0)) for at in places))
    since = _second(facts.waiting_since)
    waited = max(0.0, parse(facts.moment).timestamp() - since) if since is not None else 0.0
    yield from _gauge("job_oldest_waiting_seconds", "How long the job waits that waits longest", waited)
    ended = {(one.lane, one.state): one for one in facts.ended}
    places = [(lane, state) for lane in _LANES for state in _ENDED]
    counts = ((at, float(ended[at].count) if at in ended else 0.0) for at in places)
    yield _family("jobs_ended_1d", "Jobs asked for within a day that ended", "lane state", counts)
    seconds = ((at, ended[at].seconds if at in ended else 0.0) for at in places)
    yield _family("jobs_ended_seconds_1d", "Sum of their seconds", "lane state", seconds)
    longest = ((at, ended[at].longest if at in ended else 0.0) for at in places)
    yield _family("jobs_ended_longest_seconds_1d", "Seconds of the longest", "lane state", longest)


def _work(facts: Metrics) -> Iterator[Metric]:
    yield from _gauge("taken_in_packages_1d", "Packages made within a day", facts.taken_in.packages)
    yield from _gauge("taken_in_files_1d", "Their files", facts.taken_in.files)
    yield from _gauge("taken_in_bytes_1d", "Their bytes", facts.taken_in.bytes)
    files = (((one.representation,), float(one.files)) for one in facts.held)
    yield _family("held_files", "Files in the newest version of each case", "representation", files)
    sizes = (((one.representation,), float(one.bytes)) for one in facts.held)
    yield _family("held_bytes", "Their bytes", "representation", sizes)


def _copies(facts: Metrics) -> Iterator[Metric]:
    states = (((state,), float(facts.copies.get(state, 0))) for state in _TROUBLE)
    yield _family("copies", "Copies that are not as they should be", "state", states)
    yield from _gauge("newest_packages", "How many of the newest packages were looked at for copies", facts.looked_at)
    yield from _gauge("newest_packages_lacking_copies", "How many of these lack a copy", facts.lacking)
    counts = (((one.kind, one.state), float(one.count)) for one in facts.media)
    yield _family("media", "Media", "kind state", counts)
    in_use = [one for one in facts.media if one.state == "in use"]
    overdue = (((one.kind,), float(one.overdue)) for one in in_use)
    yield _family("media_overdue", "Media in use that are past the day of their next check", "kind", overdue)
    failing = (((one.kind,), float(one.failing)) for one in in_use)
    yield _family("media_failing", "Media in use that say they fail", "kind", failing)


def _audits(facts: Metrics) -> Iterator[Metric]:
    read = facts.readings
    due = (((one.medium, one.kind), float(one.due)) for one in read)
    yield _family("audit_due_copies", "Copies past their interval, at most 10,000", "medium kind", due)
    overdue = (((one.medium, one.kind), float(one.overdue)) for one in read)
    yield _family("audit_overdue_copies", "Copies a week past it, at most 10,000", "medium kind", overdue)
    oldest = (((one.medium, one.kind), _second(one.oldest) or 0.0) for one in read if one.oldest)
    yield _family("audit_oldest_reading_timestamp_seconds", "Longest unread copy", "medium kind", oldest)
    intervals = (((one.medium, one.kind), float(one.interval)) for one in read)
    yield _family("audit_interval_seconds", "Interval of reading, 0: all the time", "medium kind", intervals)
    last = facts.audit
    if last is None:
        return
    yield _family("audit_last_state", "How the newest run stands", "state", iter([((last.state,), 1.0)]))
    yield from _gauge("audit_last_started_timestamp_seconds", "When it began", _second(last.started))
    yield from _gauge("audit_last_ended_timestamp_seconds", "When it ended", _second(last.ended))
    counts = (((name,), float(count)) for name, count in sorted(last.counts.items()) if name != "bytes")
    yield _family("audit_last_copies", "Copies by outcome of the newest run", "outcome", counts)
    yield from _gauge("audit_last_bytes", "Bytes it read", float(last.counts.get("bytes", 0)))


def _room(facts: Metrics) -> Iterator[Metric]:
    for name, meaning in (("total", "Bytes of the file system"), ("free", "Free"), ("reserve", "That must stay free")):
        parts = (((one.part,), float(getattr(one, name))) for one in facts.rooms)
        yield _family(f"room_{name}_bytes", meaning, "part", parts)
    for name, meaning in (("total", "Bytes of a mounted medium"), ("free", "Free on it")):
        media = (((one.medium, one.kind), float(getattr(one, name))) for one in facts.media_rooms)
        yield _family(f"medium_{name}_bytes", meaning, "medium kind", media)
    yield from _gauge("catalogue_bytes", "Bytes of the catalogue", facts.catalogue)
    yield from _gauge(
        "catalogue_backup_timestamp_seconds",
        "Newest copy that the archive made of its file; none on PostgreSQL",
        _second(facts.backed_up),
    )


def _logs(facts: Metrics) -> Iterator[Metric]:
    yield CounterMetricFamily("preserve_ledger_entries", "Entries of the ledger", value=facts.entries)
    yield CounterMetricFamily("preserve_looks", "Looks that are recorded", value=facts.looks)
    yield from _gauge("looks_waiting", "Looks that no root in the ledger covers yet", facts.looks_waiting)
    yield from _gauge("ledger_signed_entries", "Entries under the newest checkpoint", facts.signed)
    yield from _gauge("ledger_checkpoint_timestamp_seconds", "When that was made", _second(facts.signed_at))
    yield from _gauge("ledger_proven_timestamp_seconds", "When all was proved last", _second(facts.proven_at))
    refused = sum(count for action, count in facts.refused.items() if action != DENIED)
    yield from _gauge("logins_refused_1d", "Entries of refused logins within a day", refused)
    yield from _gauge("access_denied_1d", "Entries of refused deeds within a day", facts.refused.get(DENIED, 0))
