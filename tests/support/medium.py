"""A medium of an archive as a plain folder: marker, ledger, records and packages, as a drive's sitting leaves them."""

from __future__ import annotations

import shutil
from pathlib import Path

from preserve.archival_storage.discs.sources import Source, open_source
from preserve.archival_storage.media_contents import write_records
from preserve.archival_storage.medium_ledger import write_ledger
from preserve.data_management import checkpoints, ledger
from preserve.data_management.archive import Archive
from storage_adapters.marker import write_marker
from tests.support.ledgers import export_segments


def written_medium(archive: Archive, folder: Path, *packages: str, of: str = "") -> Source:
    """The medium, signed by the archive's key, with everything in the ledger so far and these packages.

    `of` is the archive that its marker names where that is another one.
    """
    home = archive.home
    folder.mkdir()
    said = {
        "medium": f"drive-{folder.name}",
        "kind": "drive",
        "label": folder.name,
        "archive": of or home.settings.archive_id,
        "institution": home.settings.institution,
    }
    write_marker(folder, said, checkpoints.signer(home.keys))
    with archive.catalogue.begin() as connection:
        checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, archive.now())
    with archive.catalogue.begin() as connection:
        export_segments(connection, home.store / "ledger")
        size = ledger.size(connection)
    with archive.catalogue.read() as connection:
        write_ledger(home, connection, folder / "ledger", size, packages)
    write_records(home, folder)
    for name in packages:
        shutil.copytree(home.store / "packages" / name, folder / "packages" / name)
    return open_source(folder)
