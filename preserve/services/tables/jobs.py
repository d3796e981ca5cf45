"""Jobs as tables."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.job_folders import say_progress
from preserve.services.job_views import JobShown, say_operation, state_label
from preserve.services.jobs import JobList
from preserve.services.tables import Table, cells, facts, table


def listed(result: JobList) -> Table:
    """The jobs, the newest first."""
    rows = [
        cells(job.id, say_operation(job.operation), job.subject, job.account, state_label(job.state), job.asked)
        for job in result.jobs
    ]
    return table("job work subject account state asked", rows, domain="job.heading")


def shown(job: JobShown) -> Table:
    """One job, fact by fact."""
    known = [
        ("job", job.id),
        ("work", say_operation(job.operation)),
        ("subject", job.subject),
        ("account", job.account),
        ("state", state_label(job.state)),
        ("asked", job.asked),
        ("started", job.started),
        ("ended", job.ended),
        ("progress", say_progress(job.progress) if job.progress else ""),
    ]
    return facts([(say(f"job.heading-{name}"), value) for name, value in known if value])
