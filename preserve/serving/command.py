"""`preserve serve`: the doors for browsers and for programs, over one archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import ToolMissing
from preserve.services.jobs import start_worker_if_none
from preserve.services.logs import begin_logging
from preserve.services.standing import Standing

if TYPE_CHECKING:
    from preserve.serving.metrics import Exporter


@click.command(cls=Command)
@click.option("--listen", default="", metavar="TEXT")
@click.option("--certificate", type=InputPath(), default=None, metavar="FILE")
@click.option("--key", type=InputPath(), default=None, metavar="FILE")
@click.option("--no-worker", is_flag=True)
def serve(output: Output, listen: str, certificate: Path | None, key: Path | None, no_worker: bool) -> None:
    """Serve until it is told to stop."""
    try:
        from preserve.api.app import BASE, make_api
        from preserve.serving import server
        from preserve.serving.house import HouseDoor
        from preserve.web.app import make_app
    except ImportError as error:
        raise ToolMissing("serve.web-missing", str(error.name)) from error

    standing = Standing(output.home_path)
    house, workers, exporter = None, [], None
    try:
        standing.hash_beside()
        web = standing.web
        begin_logging(standing.logging)
        certificate = certificate or (standing.home / web.certificate if web.certificate else None)
        key = key or (standing.home / web.key if web.key else None)
        if certificate is not None and key is not None:
            server.check_certificate(certificate, key)

        def make(one: Standing, hosts: Sequence[str] = ()) -> Any:
            return make_app(one, [(BASE, make_api(one))], hosts)

        house = HouseDoor(standing.house, standing, make) if standing.house is not None else None
        app = house or make(standing)
        listening = server.bind(server.read_address(listen or web.listen))
        exporter = _exporter(standing)
        output.sentence("cli.serve-listening", address=server.name_of(listening, tls=key is not None))
        for home in () if no_worker else (house.homes() if house else [standing.home]):
            if (worker := start_worker_if_none(home)) is not None:
                workers.append(worker)
        server.run(app, listening, certificate=certificate, key=key, proxies=web.proxies)
    finally:
        if exporter is not None:
            exporter.close()
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
        if house is not None:
            house.close()
        standing.close()


def _exporter(standing: Standing) -> Exporter | None:
    """What answers a monitor, where one is set. Raises ToolMissing, UsageError, MediumProblem."""
    if not standing.monitor.listen:
        return None
    try:
        from preserve.serving.metrics import Exporter
    except ImportError as error:
        raise ToolMissing("serve.metrics-missing", str(error.name)) from error
    return Exporter(standing, standing.monitor)
