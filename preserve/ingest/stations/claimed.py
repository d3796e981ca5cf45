"""A recording of the pool that a person said belongs to a case: its file there, its row, and where it is from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from metadata.names import safe_names
from preserve.data_management import pool_records
from preserve.data_management.pool import PoolRow, Sighting
from preserve.data_management.pool_records import PoolRecord
from preserve.description.fixed_values import Stage
from preserve.home import Home
from preserve.ingest.draft import DraftingProfile
from preserve.ingest.sources.joined import Joined
from preserve.ingest.stations.profile import StationsProfile

NOTE = "pool-recordings.json"
"""The document in the package that says where its recordings are from."""


def file_in_case(identifier: str, name: str, profile: StationsProfile) -> str:
    """Under which path a recording goes into a case: no two have the same one."""
    plain = re.sub(r"[/\\\x00-\x1f\x7f]", "_", name)
    return f"{profile.claimed_folder}/{identifier[4:16]}/{next(iter(safe_names([plain])))}"


def joined_to(home: Home, record: PoolRecord, profile: StationsProfile) -> Joined:
    """The recording as a file of a deposit; it is read where it lies."""
    modified = int(datetime.fromisoformat(record.modified).timestamp() * 1_000_000_000)
    return Joined(
        file_in_case(record.id, record.name, profile),
        record.size,
        modified,
        record.sha256,
        partial(pool_records.bring, home, record.file),
        partial(pool_records.let_go, home, record.file),
    )


def row_of_description(
    record: PoolRecord, profile: StationsProfile, drafting: DraftingProfile, zone: tzinfo
) -> dict[str, Any]:
    """A row for it in the description: what camera and station say, in the archive's own time."""
    kind = drafting.by_kind_of_file.get(record.kind, drafting.by_kind_of_file["other"])
    row: dict[str, Any] = {"file": file_in_case(record.id, record.name, profile), "kind": kind}
    row["stage"] = Stage.INVESTIGATION.value
    if record.taken:
        local = datetime.fromisoformat(record.taken).astimezone(zone)
        row["date"] = local.date().isoformat()
        if record.kind in ("video", "sound") and record.taken_from != "folder":
            row["recording_start"] = local.replace(tzinfo=None, microsecond=0).isoformat()
    if record.station_time:
        stored = datetime.fromisoformat(record.station_time).astimezone(zone)
        row["stored"] = stored.replace(tzinfo=None, microsecond=0).isoformat()
    for field, value in (("device", record.device), ("place", record.place), ("maker", record.officer_name)):
        if value:
            row[field] = value
    return row


def provenance(
    home: Home,
    rows: Sequence[PoolRow],
    records: Sequence[PoolRecord],
    places: Mapping[str, Sequence[Sighting]],
    profile: StationsProfile,
) -> tuple[tuple[str, bytes], ...]:
    """Where each recording is from, whose words its facts are, when it was claimed: one document of the package."""
    told = [
        {
            "file": file_in_case(row.id, row.name, profile),
            "claimed": row.changed,
            "places": [{k: v for k, v in asdict(one).items() if k != "recording"} for one in places.get(row.id, ())],
            "record_sha256": row.record,
            "record": record.model_dump(mode="json"),
        }
        for row, record in zip(rows, records, strict=True)
    ]
    made = {"archive": home.settings.archive_id, "recordings": told}
    return ((NOTE, json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"),)
