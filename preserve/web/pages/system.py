"""系统: room, versions, inboxes, copies of the catalogue; what the doctor finds; rules and mistakes; machines."""

from __future__ import annotations

from starlette.responses import Response

from preserve.services import cluster, health, jobs, profiles, system
from preserve.services.tables import cluster as tables
from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/system", "system.show", "profiles.check")
def show(asked: Asked) -> Response:
    """What runs here and how much room there is."""
    shown = system.show(asked.session)
    checked = profiles.check(asked.session)
    return asked.show("system/show.html", shown=shown, wrong=[one for one in checked.profiles if not one.ok])


@page("GET", "/system/doctor", "system.show", "health.examine")
def doctor(asked: Asked) -> Response:
    """Everything that is missing or wrong on this machine and in this home, with what to do."""
    system.show(asked.session)  # the examination asks nobody; who may see a machine's folders is asked here
    examined = health.examine(asked.session, asked.session.archive.home.path)
    grave = {"wrong": 0, "optional": 1, "good": 2}
    return asked.show("system/doctor.html", checks=sorted(examined.checks, key=lambda check: grave[check.state]))


@page("GET", "/system/profiles", "profiles.check", "profiles.list")
def rules(asked: Asked) -> Response:
    """Every profile, which one counts, and the mistakes in it."""
    checked = profiles.check(asked.session)
    own = {one.name for one in profiles.list_profiles(asked.session).profiles if one.own}
    return asked.show("system/profiles.html", profiles=checked.profiles, own=own)


@page("GET", "/system/cluster", "cluster.status")
def machines(asked: Asked) -> Response:
    """Machines that work on this archive, what waits in which queue, and who signs."""
    return asked.show("system/cluster.html", shown=cluster.status(asked.session), queue_label=tables.queue_label)


@page("POST", "/system/backup", "job.ask")
def back_up(asked: Asked) -> Response:
    """Copy the catalogue into the home."""
    job = jobs.ask(asked.session, "catalogue.back_up", {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")
