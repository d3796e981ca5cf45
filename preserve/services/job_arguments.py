"""What an operation is to be asked with, as JSON: read by the types that the operation declares, and written back.

A job's process has other rights on this machine than who asks for the job: a path that comes through a door must lie
where deposits, discs and drives are laid, and nowhere else.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from preserve.errors import NotFound, Refused, UsageError
from preserve.home import Home
from preserve.services.operation import OPERATIONS, Operation
from preserve.services.runs import Runs

REMOVABLE = ("/media", "/run/media", "/mnt")
_ROOMS = "preserve.services."
_OPEN = ("inbox", "outbox")
_DEVICES = ("sr", "sg", "cdrom", "dvd")


@cache
def declare_all() -> None:
    """Import every room: a second of work. Whoever asks for operations within a transaction calls this before."""
    import preserve.services.rooms  # noqa: F401  declares every operation


def fit(name: str) -> tuple[Operation[..., Any], Runs]:
    """The operation of that name, and how it runs as a job. Raises NotFound where none runs as one: neither what
    asks nobody, nor what wants the password again."""
    if name not in OPERATIONS:
        declare_all()
    operation = OPERATIONS.get(name)
    if operation is None or operation.runs is None or operation.open_to_all or operation.confirmed:
        raise NotFound("job.no-such-work", name)
    return operation, operation.runs


def room_of(name: str) -> str:
    """The room of services that declares an operation; empty where none does."""
    try:
        return fit(name)[0].run.__module__.removeprefix(_ROOMS)
    except NotFound:
        return ""


def enter(room: str) -> None:
    """Import one room: a process that does one operation needs no other, and starts in half the time.

    Where there is none of that name, `fit` looks through all.
    """
    if room.isidentifier():
        with suppress(ModuleNotFoundError):
            import_module(_ROOMS + room)


def resumes(name: str) -> bool:
    """Whether an operation goes on by itself; one that an update took away does not."""
    try:
        return fit(name)[1].resumes
    except NotFound:
        return False


@cache
def _parameters(name: str) -> Mapping[str, tuple[TypeAdapter[Any], bool]]:
    """The parameters that can be given as JSON, and whether each must be given."""
    run = OPERATIONS[name].run
    hints = get_type_hints(run, include_extras=True)
    known = {}
    for parameter in list(inspect.signature(run).parameters.values())[1:]:
        kind = hints[parameter.name]
        if get_origin(kind) is not Callable and kind is not Callable:  # to be told of each step is not for JSON
            known[parameter.name] = (TypeAdapter(kind), parameter.default is parameter.empty)
    return known


def read(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the operation takes them. Raises UsageError for what is unknown, missing or of another type."""
    known = _parameters(name)
    for given in arguments:
        if given not in known:
            raise UsageError("job.argument-unknown", name, argument=given)
    taken = {}
    for argument, (adapter, required) in known.items():
        if argument not in arguments:
            if required:
                raise UsageError("job.argument-missing", name, argument=argument)
            continue
        try:
            taken[argument] = adapter.validate_python(arguments[argument])
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, [argument, *first["loc"]]))
            raise UsageError("job.argument-wrong", name, argument=where, detail=first["msg"]) from error
    return taken


def document_of(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that were read, as JSON has them. Raises UsageError for what cannot be written."""
    known = _parameters(name)
    document = {}
    for argument, value in arguments.items():
        try:
            document[argument] = known[argument][0].dump_python(value, mode="json")
        except (PydanticSerializationError, UnicodeError) as error:
            raise UsageError("job.argument-wrong", name, argument=argument, detail=str(error)) from error
    return document


def canonical(document: Mapping[str, Any]) -> str:
    """A document as the one text that it has."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def with_value(document: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The document with another value under a name, or under the name of a field within (`handover.target`)."""
    first, _, rest = name.partition(".")
    if not rest:
        return {**document, first: value}
    within = document.get(first, {})
    if dataclasses.is_dataclass(within) and not isinstance(within, type):
        within = {field.name: getattr(within, field.name) for field in dataclasses.fields(within)}
    return {**document, first: with_value(within if isinstance(within, Mapping) else {}, rest, value)}


def taken_out(document: dict[str, Any], name: str) -> Any:
    """Take what stands under a name, or under that of a field within, out of a document; None where there is none."""
    first, _, rest = name.partition(".")
    if not rest:
        return document.pop(first, None)
    within = document.get(first)
    return taken_out(within, rest) if isinstance(within, dict) else None


def require_reachable(home: Home, arguments: Mapping[str, Any]) -> None:
    """Raises Refused for a path among the arguments that is not where deposits, discs and drives are laid."""
    for path in _paths_in(list(arguments.values())):
        if not is_reachable(home, path):
            raise Refused("job.place-not-open", str(path))


def is_reachable(home: Home, path: Path) -> bool:
    """Whether a path is where deposits, discs and drives are laid, or a list that somebody handed in for an import."""
    if not path.is_absolute():
        return False
    real = path.resolve()
    if real.parent == Path("/dev"):
        return real.name.rstrip("0123456789") in _DEVICES
    own = home.path.resolve()
    if real.is_relative_to(own) or real.is_relative_to(home.store):
        opened = (*(own / name for name in _OPEN), given_lists(home).resolve())
        return any(real.is_relative_to(place) and real != place for place in opened)
    return any(real.is_relative_to(root) and real != root for root in (*map(Path, REMOVABLE), *inboxes(home)))


def given_lists(home: Home) -> Path:
    """Where lists of old cases lie that were handed in, until a plan is made of them."""
    return home.work / "web" / "lists"


def inboxes(home: Home) -> tuple[Path, ...]:
    """The folders into which departments lay deposits, as the settings name them."""
    return tuple((home.path / named).resolve() for named in home.settings.web.inbox)


def _paths_in(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _paths_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from _paths_in(list(value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from _paths_in(each)
    elif hasattr(value, "__pydantic_fields__"):
        yield from _paths_in(dict(value))
