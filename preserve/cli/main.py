"""The door: finds the command, sets language and output, and turns every error into a sentence and an exit status."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from preserve import __version__
from preserve.cli.words_of_click import in_words, let_click_speak, name_places
from preserve.errors import Stopped, UsageError
from preserve.messages import LANGUAGES, Language, at_door, language, language_of_locale, say, speak
from preserve.services.text import locale_name

# One line a command: module, function. Nothing is imported until its command is called.
COMMANDS = {
    "init": ("preserve.cli.founding", "init"),
    "doctor": ("preserve.cli.founding", "doctor"),
    "describe": ("preserve.cli.deposits", "describe"),
    "check": ("preserve.cli.deposits", "check"),
    "deadlines": ("preserve.cli.deposits", "deadlines"),
    "ingest": ("preserve.cli.ingest", "ingest"),
    "deposits": ("preserve.cli.deposits", "deposits"),
    "import": ("preserve.cli.imports", "imports"),
    "inbox": ("preserve.cli.inbox", "inbox"),
    "pool": ("preserve.cli.pool", "pool"),
    "list": ("preserve.cli.finding", "list_cases"),
    "show": ("preserve.cli.cases", "show"),
    "search": ("preserve.cli.finding", "search"),
    "reading": ("preserve.cli.reading", "reading"),
    "look": ("preserve.cli.cases", "look"),
    "verify": ("preserve.cli.archive", "verify"),
    "media": ("preserve.cli.media", "media"),
    "copies": ("preserve.cli.copies", "copies"),
    "replicate": ("preserve.cli.mending", "replicate"),
    "disc": ("preserve.cli.disc", "disc"),
    "audit": ("preserve.cli.audit", "audit"),
    "repair": ("preserve.cli.mending", "repair"),
    "restore": ("preserve.cli.mending", "restore"),
    "plan": ("preserve.cli.plan", "plan"),
    "profiles": ("preserve.cli.profiles", "profiles"),
    "request": ("preserve.cli.request", "request"),
    "retention": ("preserve.cli.retention", "retention"),
    "hold": ("preserve.cli.hold", "hold"),
    "disposal": ("preserve.cli.disposal", "disposal"),
    "transfer": ("preserve.cli.transfer", "transfer"),
    "export": ("preserve.cli.export", "export"),
    "public": ("preserve.cli.openness", "public"),
    "fonds": ("preserve.cli.fonds", "fonds"),
    "forms": ("preserve.cli.forms", "forms"),
    "house": ("preserve.cli.house", "house"),
    "user": ("preserve.cli.user", "user"),
    "catalogue": ("preserve.cli.archive", "catalogue"),
    "ledger": ("preserve.cli.archive", "ledger"),
    "job": ("preserve.cli.job", "job"),
    "worker": ("preserve.cli.worker", "worker"),
    "serve": ("preserve.serving.command", "serve"),
    "cluster": ("preserve.cli.cluster", "cluster"),
    "sealer": ("preserve.cli.cluster", "sealer"),
    "signer": ("preserve.serving.signing", "signer"),
    "metrics": ("preserve.serving.figures", "metrics"),
}


_OF_A_SERVICE = 0o007
_GLOBAL = ("--lang", "--home", "--house", "--fonds")
_GLOBAL_WITH_VALUE = tuple(f"{option}=" for option in _GLOBAL)


class Spoken(click.Command):
    """What every command's help has in common: each sentence of it comes from the messages."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Arguments and options, what stands for their values named in the language in use."""
        parameters = super().get_params(ctx)
        for parameter in parameters:
            name_places(parameter)
        return parameters

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line under a word in the language in use."""
        pieces = in_words(" ".join(self.collect_usage_pieces(ctx)))
        formatter.write_usage(ctx.command_path, pieces, prefix=say("cli.usage-prefix") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it is for."""
        words = ctx.command_path.split()[1:]
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(f"cli.{'-'.join(words)}.help") if words else say("cli.program"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, and the commands of a group, under headings in the language in use."""
        words = ctx.command_path.split()[1:]
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option):
                parameter.help = say(option_code(words, parameter))
        records = [record for parameter in self.get_params(ctx) if (record := parameter.get_help_record(ctx))]
        if records:
            with formatter.section(say("cli.options")):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            names = self.list_commands(ctx)
            with formatter.section(say("cli.commands")):
                formatter.write_dl([(name, say(f"cli.{'-'.join([*words, name])}")) for name in names])


class Commands(Spoken, click.Group):
    """Commands that are imported when they are called, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of an archivist's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        return _imported(*COMMANDS[cmd_name])


def _imported(module: str, name: str) -> click.Command:
    """A command from its module."""
    # What is imported stays: looking for what could go again, while it comes, takes a tenth of the time.
    gc.disable()
    try:
        command: click.Command = getattr(importlib.import_module(module), name)
    finally:
        gc.freeze()
        gc.enable()
    return command


class Command(Spoken):
    """A command; its function gets the output first."""

    def invoke(self, ctx: click.Context) -> Any:
        """Call it. Only now is read what a command needs: one that was called wrongly is refused at once."""
        from preserve.cli.output import Output

        assert self.callback is not None
        as_json, home, house, fonds = ctx.obj
        if house is not None:
            from preserve.services.standing import home_in_house  # no command of one archive pays for it

            home = home_in_house(house, fonds)
        return ctx.invoke(self.callback, Output(as_json=as_json, home_path=home), **ctx.params)


class Group(Spoken, click.Group):
    """A group of commands (`ledger verify`), in the order in which they are added.

    Those of `elsewhere` follow, by name with module and function; a module is imported when its command is called.
    """

    command_class = Command

    def __init__(self, *args: Any, elsewhere: Mapping[str, tuple[str, str]] = MappingProxyType({}), **named: Any):
        super().__init__(*args, **named)
        self._elsewhere = elsewhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As they were added."""
        return [*self.commands, *self._elsewhere]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported where it is elsewhere."""
        if cmd_name in self._elsewhere:
            return _imported(*self._elsewhere[cmd_name])
        return super().get_command(ctx, cmd_name)


def option_code(words: Sequence[str], option: click.Option) -> str:
    """The code of an option's sentence: `cli.<command>.option.<name as typed>`; `--help` is the same everywhere."""
    name = max(option.opts, key=len).lstrip("-")
    command = "" if name == "help" else "-".join(words)
    return f"cli.{command}.option.{name}" if command else f"cli.option.{name}"


def _language_given(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The language of `--lang`, for whatever is said from here on."""
    if value in LANGUAGES:
        spoken: Language = "zh" if value == "zh" else "en"
        speak(spoken)
        let_click_speak(spoken)
    return value


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="preserve")
@click.option("--home", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--house", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--fonds", default="", metavar="FONDS")
@click.option("--lang", type=click.Choice(LANGUAGES), is_eager=True, callback=_language_given)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def cli(ctx: click.Context, home: Path | None, house: Path | None, fonds: str, lang: str | None, as_json: bool) -> None:
    """Keep what was said of the output and the archive; the language was set by its option."""
    if (fonds and house is None) or (house is not None and home is not None):
        raise UsageError("house.options")
    ctx.obj = (as_json, home, house, fonds)


def _global_options_first(arguments: list[str]) -> list[str]:
    """`preserve list --json` means the same as `preserve --json list`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments[:end])
    for argument in given:
        if argument == "--json" or argument.startswith(_GLOBAL_WITH_VALUE):
            first.append(argument)
        elif argument in _GLOBAL:
            first += [argument, *([value] if (value := next(given, None)) is not None else [])]
        else:
            rest.append(argument)
    return first + rest + arguments[end:]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit status."""
    # Whatever the caller's umask: nothing that is made here is for others, or for the group to write. Only a service
    # manager says 0007: door and worker are two users of one group there.
    given_mask = os.umask(0o077)
    os.umask(given_mask if given_mask == _OF_A_SERVICE else given_mask | 0o027)
    # Libraries import numpy where it is there, and it starts a thread for each processor: nobody here multiplies
    # matrices, and threads are in the way of processes that are bounded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251  for libraries, which read it themselves
    # pydantic would look through every package that is installed for one that wants a word in the reading of our files.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # noqa: TID251  likewise
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run one command; return its exit status (see `preserve.errors`). Prints errors, never a traceback."""
    with at_door("cli"):
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    arguments = _global_options_first(arguments)
    speak(language_of_locale(locale_name()))
    let_click_speak(language())  # until `--lang` says otherwise; `--help` ends before it would
    try:
        result: Any = cli.main(args=arguments, prog_name="preserve", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return int(leaving.exit_code)
    except BrokenPipeError:
        return 0
    except (KeyboardInterrupt, click.Abort):
        failed: BaseException = Stopped("cli.interrupted")
    except Exception as error:  # noqa: BLE001  the last line of defence: people get a sentence, not a traceback
        failed = error
    if isinstance(failed, click.ClickException):
        from preserve.cli.usage import tell_usage

        return tell_usage(failed, "--json" in arguments)
    from preserve.cli.failures import tell

    return tell(failed, "--json" in arguments)
