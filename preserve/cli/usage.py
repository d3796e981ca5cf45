"""What a person sees who called the program wrongly: said at once, without reading what no command needs."""

from __future__ import annotations

import sys

import click

from preserve.messages import say
from preserve.services.text import visible


def tell_usage(error: click.ClickException, as_json: bool) -> int:
    """Say that the command was called wrongly; status 2."""
    message = error.format_message()
    if as_json:
        from preserve.cli.output import Output

        Output(as_json=True, home_path=None).result(
            {"ok": False, "status": 2, "error": {"code": "cli.usage", "message": message}}
        )
    else:
        context = getattr(error, "ctx", None)
        if context is not None:
            sys.stderr.write(context.get_usage() + "\n")
        sys.stderr.write(f"{say('cli.usage')} {visible(message, keep=chr(10))}\n")
    return 2
