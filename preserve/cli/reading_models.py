"""`preserve reading models` and `measure`: which models there are, bringing one, and what it is worth on own papers."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.services import machine_measures
from preserve.services import machine_models as room
from preserve.services.tables import machine_models as tables


@click.group(cls=Group)
def models() -> None:
    """Models of machine reading."""


@models.command(name="list")
def list_models(output: Output) -> None:
    """Each model that the profile describes, and whether it is here and whole."""
    shown = output.call(room.list_models)
    output.tables(tables.list_models(shown))
    output.document(shown)


@models.command(name="add")
@click.argument("folder", metavar="DIR", type=InputPath(exists=True, file_okay=False))
def add_models(output: Output, folder: Path) -> None:
    """Copy models from a folder into the home, after their SHA-256 were checked."""
    brought = output.call(room.bring, folder)
    for name in brought.names:
        output.sentence("cli.reading-model-brought", name=name, style="green")
    output.document(brought)


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=InputPath(exists=True, file_okay=False))
def measure(output: Output, folder: Path) -> None:
    """Read files beside which lies what people typed off them, and compare; nothing is kept."""
    result = output.work("", machine_measures.measure_folder, folder)
    output.tables(tables.measured(result))
    output.sentence(
        "cli.reading-measured",
        signs=result.signs,
        wrong=result.wrong,
        share=f"{100 * (1 - result.wrong / max(1, result.signs)):.2f}",
        lines=result.lines,
        right=result.right,
        model=result.engine.model,
    )
    output.document(result)
