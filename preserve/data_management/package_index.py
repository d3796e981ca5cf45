"""Enters a sealed package into the catalogue: its case, version, files, events, counts of formats and words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select

from preserve.data_management import formats_index, kept_sums, ledger, search
from preserve.data_management.engines.dialect import is_sqlite, unless_there
from preserve.data_management.package_reading import READ_FROM as READ_FROM
from preserve.data_management.package_reading import PackageRead, name_of, read_package
from preserve.data_management.tables import cases, events, files, versions


def index_package(connection: Connection, root: Path, *, indexed: bool = True) -> str:
    """Read a sealed package and enter it into cases, versions, files, events and search; return its objid.

    For who writes the whole catalogue; who writes beside others reads it first (`read_package`, `enter_package`).
    Without `indexed` the words wait for `search.fill`, which indexes many cases faster than one by one. Raises
    NotIntact where the package cannot be read as one of ours.
    """
    objid, version = name_of(root)
    leads = _leads(connection, objid, version)
    with read_package(root, words=leads, tokens=indexed and is_sqlite(connection)) as read:
        enter_package(connection, read, indexed=indexed)
    return objid


def enter_package(connection: Connection, read: PackageRead, *, indexed: bool = True) -> None:
    """Enter what was read of a package; entering it again gives the same rows."""
    with kept_sums.following(connection, read.objid):
        _enter_version(connection, read, indexed=indexed)


def _leads(connection: Connection, objid: str, version: int) -> bool:
    """Whether this version says what is searched for, and what the case is called: the newest does."""
    newest = connection.execute(select(func.max(versions.c.version)).where(versions.c.objid == objid)).scalar()
    return newest is None or newest <= version


def _enter_version(connection: Connection, read: PackageRead, *, indexed: bool) -> None:
    objid, version = read.objid, read.version
    leads = _leads(connection, objid, version)
    _take_out(connection, objid, version)
    if leads:
        _enter_case(connection, objid, read.case)
    connection.execute(
        versions.insert(),
        {
            "objid": objid,
            "version": version,
            "name": read.name,
            "created": read.created,
            "files": read.files,
            "size": read.size,
            "manifest_sha256": read.manifest_sha256,
        },
    )
    # An event about the whole package may be told in more than one document.
    tell = unless_there(connection, events)
    for of_files, of_events in read.rows.batches():
        if of_files:
            connection.execute(files.insert(), of_files)
        if of_events:
            connection.execute(tell, of_events)
    read.formats.write(connection)
    if leads and read.words is not None:
        search.enter(connection, objid, read.described, read.words, indexed=indexed, told=read.rows.facets())
    for entry in ledger.about(connection, objid, formats_index.REIDENTIFIED):
        if entry.details["version"] == version:
            formats_index.reidentify(connection, objid, entry.details)


def forget_version(connection: Connection, objid: str, version: int) -> None:
    """Take one version out of the index: its files, its events, its counts of formats."""
    with kept_sums.following(connection, objid):
        _take_out(connection, objid, version)


def reidentify(connection: Connection, objid: str, details: Mapping[str, Any]) -> None:
    """Lay what a `case.reidentified` entry says over the rows of the version it is about."""
    with kept_sums.following(connection, objid):
        formats_index.reidentify(connection, objid, details)


def _take_out(connection: Connection, objid: str, version: int) -> None:
    formats_index.forget(connection, objid, version)
    for table in (files, events, versions):
        connection.execute(delete(table).where(table.c.objid == objid, table.c.version == version))


def _enter_case(connection: Connection, objid: str, row: Mapping[str, Any]) -> None:
    if connection.execute(select(cases.c.objid).where(cases.c.objid == objid)).first():
        connection.execute(cases.update().where(cases.c.objid == objid).values(**row))
    else:
        connection.execute(cases.insert(), {"objid": objid, **row})
