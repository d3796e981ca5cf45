"""`preserve serve`: the doors for browsers and for programs, over one archive."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import ToolMissing
from preserve.services.jobs import start_worker_if_none
from preserve.services.standing import Standing
from preserve.serving.workers import KeptWorker


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
        from preserve.web.app import make_app
    except ImportError as error:
        raise ToolMissing("serve.web-missing", str(error.name)) from error

    standing, worker = Standing(output.home_path), None
    try:
        standing.hash_beside()
        web = standing.web
        certificate = certificate or (standing.home / web.certificate if web.certificate else None)
        key = key or (standing.home / web.key if web.key else None)
        if certificate is not None and key is not None:
            server.check_certificate(certificate, key)
        app = make_app(standing, [(BASE, make_api(standing))])
        listening = server.bind(server.read_address(listen or web.listen))
        output.sentence("cli.serve-listening", address=server.name_of(listening, tls=key is not None))
        worker = None if no_worker else KeptWorker(partial(start_worker_if_none, standing.home))
        server.run(app, listening, certificate=certificate, key=key, proxies=web.proxies)
    finally:
        if worker is not None:
            worker.stop()
        standing.close()
