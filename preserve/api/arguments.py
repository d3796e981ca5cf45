"""An operation's arguments as a caller gives them: what its signature asks for, taken from path, query, body and files.

An argument that is a wish (a dataclass or model of several fields) is laid flat: its fields stand beside the others.
An operation with a parameter that this door cannot take, and that its row does not leave out, does not start the app.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from preserve.api.offers import Offer
from preserve.api.paging import LARGEST, USUAL, page_of
from preserve.services.pages import Page

Fields = dict[str, tuple[Any, Any]]
"""By name the type and the default; `...` where one must be given."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=False, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Taking:
    """How the arguments of one row are taken."""

    offer: Offer

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        return typing.get_type_hints(self.offer.asks.run, include_extras=True)

    @cached_property
    def _parameters(self) -> dict[str, inspect.Parameter]:
        """The operation's own, without what the row says or leaves out."""
        own = list(inspect.signature(self.offer.asks.run).parameters.values())[1:]
        without = {*self.offer.fixed, *self.offer.left, self.offer.into}
        return {parameter.name: parameter for parameter in own if parameter.name not in without}

    @cached_property
    def path(self) -> dict[str, Any]:
        """Parameters in the path, and their types."""
        return {name: self._hints[name] for name in self._parameters if f"{{{name}}}" in self.offer.path}

    @cached_property
    def paged(self) -> str:
        """The parameter that is a page of a list."""
        return next((name for name in self._parameters if self._hints[name] is Page), "")

    @cached_property
    def wish(self) -> str:
        """The parameter that is laid flat."""
        return next((name for name in self._parameters if _is_wish(self._hints[name])), "")

    @cached_property
    def uploads(self) -> dict[str, Any]:
        """Arguments that come as files, and their types."""
        known = {**{name: self._hints[name] for name in self._parameters}, **self._of_wish_types}
        return {name: known[name] for name in sorted(self.offer.uploads)}

    @cached_property
    def _of_wish_types(self) -> dict[str, Any]:
        return typing.get_type_hints(self._hints[self.wish], include_extras=True) if self.wish else {}

    @cached_property
    def fields(self) -> Fields:
        """What stands in the query or in the body."""
        found: Fields = {}
        for name, parameter in self._parameters.items():
            if name in self.path or name in (self.paged, self.wish, self.offer.match) or name in self.offer.uploads:
                continue
            found[name] = (self._hints[name], ... if parameter.default is parameter.empty else parameter.default)
        if self.wish:
            found |= {name: of for name, of in _laid_flat(self._hints[self.wish]).items() if self._stays(name)}
        for name, (kind, _) in found.items():
            if _has_path(kind):
                raise TypeError(f"{self.offer.operation}: {name} is a place; leave it out, or take it as a file")
        return found

    def _stays(self, name: str) -> bool:
        said = (*self.offer.uploads, *self.offer.left, *self.offer.fixed, self.offer.match)
        return name not in said

    @cached_property
    def model(self) -> type[BaseModel]:
        """The model of query or body; for a list also where its page begins and how long it is."""
        columns: dict[str, Any] = {}
        for name, (kind, default) in self.fields.items():
            shortest = 1 if default is ... and _is_list(kind) else None
            # Years, months, counts: what no calendar knows is refused here and not where it is reckoned with.
            limits: dict[str, Any] = {"ge": 0, "le": 9999} if kind in (int, int | None) else {}
            if name == "limit" and "after" in self.fields:
                limits = {"ge": 1, "le": LARGEST}
            if name in self.offer.patterns:
                limits["pattern"] = self.offer.patterns[name]
            columns[name] = (kind, Field(default, alias=self.offer.names.get(name), min_length=shortest, **limits))
        if self.paged:
            columns["after"] = (str, Field("", description="`next` of the page before", max_length=2000))
            columns["limit"] = (int, Field(USUAL, ge=1, le=LARGEST, description="at most so many rows"))
        name = "".join(part.capitalize() for part in self.offer.operation.replace("-", ".").split("."))
        return create_model(f"{name}{self.offer.verb.capitalize()}", __base__=_Strict, **columns)

    @property
    def empty(self) -> bool:
        """Whether nothing is taken from query or body."""
        return not self.model.model_fields

    def bound(self, given: BaseModel | None, path: Mapping[str, Any], files: Mapping[str, Any], seen: str) -> Any:
        """The operation's arguments. Raises UsageError for a cursor that is none."""
        values = {name: getattr(given, name) for name in self.fields} if given is not None else {}
        values |= {**files, **self.offer.fixed}
        if self.offer.match:
            values[self.offer.match] = seen
        arguments: dict[str, Any] = dict(path)
        if self.wish:
            kind = self._hints[self.wish]
            mine = {name: values.pop(name) for name in list(values) if name in self._of_wish_types}
            arguments[self.wish] = kind(**mine)
        if self.paged:
            arguments[self.paged] = page_of(getattr(given, "after", ""), getattr(given, "limit", USUAL))
        return arguments | values

    def as_json(self, given: BaseModel | None, path: Mapping[str, Any], files: Mapping[str, Any], seen: str) -> Any:
        """The same for a job: as JSON, which it is kept as until it runs. Jobs take no files and no seen record."""
        values = {name: getattr(given, name) for name in self.fields} if given is not None else {}
        known = {name: kind for name, (kind, _) in self.fields.items()} | self.path
        told = {
            name: TypeAdapter(known[name]).dump_python(value, mode="json") for name, value in {**path, **values}.items()
        } | dict(self.offer.fixed)
        if self.wish:
            told[self.wish] = {name: told.pop(name) for name in list(told) if name in self._of_wish_types}
        return told


def _is_wish(kind: Any) -> bool:
    return kind is not Page and isinstance(kind, type) and (dataclasses.is_dataclass(kind) or _is_model(kind))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _laid_flat(kind: Any) -> Fields:
    hints = typing.get_type_hints(kind, include_extras=True)
    if _is_model(kind):
        return {
            name: (hints[name], ... if of.is_required() else of.get_default()) for name, of in kind.model_fields.items()
        }
    found: Fields = {}
    for column in dataclasses.fields(kind):
        default = ... if column.default is dataclasses.MISSING else column.default
        if not isinstance(column.default_factory, dataclasses._MISSING_TYPE):
            default = column.default_factory()
        found[column.name] = (hints[column.name], default)
    return found


def _has_path(kind: Any) -> bool:
    """Whether a type has a place of the file system in it."""
    if kind is Path:
        return True
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")):
        return any(map(_has_path, typing.get_type_hints(kind).values()))
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType, Annotated, tuple) or (
        isinstance(origin, type) and issubclass(origin, (Sequence, Mapping, frozenset, set))
    ):
        return any(map(_has_path, typing.get_args(kind)))
    return False


def _is_list(kind: Any) -> bool:
    origin = typing.get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Sequence)
