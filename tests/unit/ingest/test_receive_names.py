"""Whatever a depositor calls a file, an archive gives back the same name and bytes."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from metadata.bag import encode_path, lines_in
from preserve.ingest.sources.archives import TarSource, ZipSource

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=40)
NAMES = PARTS.filter(lambda name: name not in (".", "..") and "\\" not in name)  # it parts folders in a zip


@given(NAMES, st.binary(max_size=100))
def test_zip_and_tar_give_back_names_and_bytes(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed, rolled = Path(folder) / "a.zip", Path(folder) / "a.tar"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), data)
        with tarfile.open(rolled, "w") as tar:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for source in (ZipSource(packed), TarSource(rolled)):
            assert [(entry.path, entry.size) for entry in source.entries()] == [(name, len(data))]
            assert source.read(name, 100) == data


@given(st.lists(NAMES.filter(lambda name: name == name.lstrip(" \t*") and name.strip()), unique=True))
def test_manifests_give_back_names(names: list[str]) -> None:
    text = "".join(f"{'0' * 64}  {encode_path('data/' + name)}\n" for name in names)
    lines = lines_in(io.BytesIO(text.encode()), "manifest-sha256.txt")
    assert [(line.digest, line.path) for line in lines] == [("0" * 64, "data/" + name) for name in names]
