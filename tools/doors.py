"""Which operations each command of the command line calls, read from the commands themselves."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

import click

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.cli.main import COMMANDS
from preserve.services.operation import Operation

_DOOR = "preserve.cli."

SERVICES = frozenset({"serve", "signer", "worker", "job run"})
"""Commands that run others' operations, each as who asked for it, and print no document of their own."""


@dataclass(frozen=True)
class Command:
    """A command as it is typed, and the function that is called."""

    name: str
    function: FunctionType

    def operations(self) -> list[str]:
        """The operations that it and what it calls at the door name, in their order; each call of it runs one."""
        return list(dict.fromkeys(name for function in self.functions() for name in named_by(function)))

    def functions(self) -> list[FunctionType]:
        """The function, and every function at the door that it leads to."""
        reached = [self.function]
        for function in reached:
            reached += [other for other in _called(function) if other not in reached]
        return reached


@cache
def commands() -> tuple[Command, ...]:
    """Every command, in the order of the help."""
    leaves: list[Command] = []
    for name, (module, attribute) in COMMANDS.items():
        leaves += _leaves(name, getattr(importlib.import_module(module), attribute))
    return tuple(leaves)


def _leaves(name: str, command: click.Command) -> Iterator[Command]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner in command.list_commands(context):
            below = command.get_command(context, inner)
            assert below is not None
            yield from _leaves(f"{name} {inner}", below)
    else:
        assert command.callback is not None
        yield Command(name, _function(command.callback))


def _function(callback: Callable[..., Any]) -> FunctionType:
    function = inspect.unwrap(callback)
    assert isinstance(function, FunctionType)
    return function


@cache
def _names(function: FunctionType) -> tuple[object, ...]:
    """What the names and attributes in a function stand for, as far as the module knows them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    known = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            known.append(function.__globals__.get(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            known.append(getattr(function.__globals__.get(node.value.id), node.attr, None))
    return tuple(known)


def named_by(function: FunctionType) -> list[str]:
    """The operations that a function itself names, each once."""
    return list(dict.fromkeys(each.name for each in _names(function) if isinstance(each, Operation)))


def _called(function: FunctionType) -> Iterator[FunctionType]:
    for each in _names(function):
        if isinstance(each, FunctionType) and each.__module__.startswith(_DOOR) and each.__module__ != f"{_DOOR}main":
            yield each
