"""`preserve serve`: the doors for browsers and for programs, over one archive."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import ToolMissing
from preserve.services.jobs import start_worker_if_none
from preserve.services.logs import begin_logging
from preserve.services.standing import Standing
from preserve.serving.watching import exporter_of
from preserve.serving.workers import KeptWorker, stop_all


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
    house, exporter, workers = None, None, list[KeptWorker]()
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
        exporter = exporter_of(standing)
        output.sentence("cli.serve-listening", address=server.name_of(listening, tls=key is not None))
        homes = [] if no_worker else house.homes() if house else [standing.home]
        workers += [KeptWorker(partial(start_worker_if_none, home)) for home in homes]
        server.run(app, listening, certificate=certificate, key=key, proxies=web.proxies)
    finally:
        if exporter is not None:
            exporter.close()
        stop_all(workers)
        if house is not None:
            house.close()
        standing.close()
