"""Still images: PNG or TIFF with every pixel as it was, and small upright copies for looking at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.pictures.helper import POOL, PictureFailed
from preserve.programs import ToolFailed

_FORMATS = {
    ".png": ("fmt/13", "Portable Network Graphics", "1.2", "image/png"),
    ".tif": ("fmt/353", "Tagged Image File Format", "6.0", "image/tiff"),
    ".jpg": ("fmt/43", "JPEG File Interchange Format", "1.01", "image/jpeg"),
    ".pdf": ("fmt/18", "Acrobat PDF 1.4 - Portable Document Format", "1.4", "application/pdf"),
}
_OPEN = "from PIL import Image; import pillow_heif; pillow_heif.register_heif_opener(); "
_FIRST = _OPEN + "i=Image.open('{}'); "


def _asked(work: str, source: Path, scratch: Path, stem: str) -> dict[str, Any]:
    try:
        return POOL.ask(work, path=str(source), scratch=str(scratch), stem=stem)
    except PictureFailed as error:
        raise ToolFailed(error.words) from error


def _turned(methods: Sequence[str]) -> str:
    """The transpositions of the frames as Python, empty where there are none."""
    if not any(methods):
        return ""
    if len(methods) == 1:
        return f"i=i.transpose(Image.Transpose.{methods[0]}); "
    return f"turns={list(methods)!r}; "


def _digest_command(name: str, methods: Sequence[str]) -> tuple[str, ...]:
    """What computes the digest of the proof from SOURCE or RESULT."""
    turn = "f=f.transpose(Image.Transpose[turns[n]]) if turns[n] else f; " if any(methods) else ""
    turns = f"turns={list(methods)!r}; " if any(methods) else ""
    code = (
        f"{_OPEN}import hashlib; i=Image.open('{name}'); h=hashlib.sha256(); {turns}\n"
        "for n in range(getattr(i, 'n_frames', 1)):\n"
        " if n != i.tell(): i.seek(n)\n"
        f" i.load(); f=i; {turn}f=f.convert('RGBA') if f.mode in ('P', 'PA') else f\n"
        " h.update(f'{f.width}x{f.height} {f.mode}\\n'.encode()); h.update(f.tobytes())\n"
        "print(h.hexdigest())"
    )
    return ("python3", "-c", code)


def to_raster(source: Path, scratch: Path, stem: str, name: str) -> Made:
    """PNG with EXIF and ICC profile; TIFF with Deflate for what PNG cannot hold (CMYK, several frames); upright.

    Raises ToolFailed.
    """
    import PIL

    done = _asked("raster", source, scratch, stem)
    result = Path(done["result"])
    puid, format_name, format_version, mime = _FORMATS[result.suffix]
    holds, methods = done["source"] == done["made"], done["methods"]
    turned = _turned(methods)
    note = "digest over size, mode and pixels of every frame"
    if done["turned"]:
        note += ", the source's after the same turning; " + "; ".join(done["turned"])
    return Made(
        path=result,
        suffix=result.suffix,
        puid=puid,
        format_name=format_name,
        format_version=format_version,
        mime=mime,
        tool=f"Pillow {PIL.__version__}",
        command=("python3", "-c", _FIRST.format("SOURCE") + turned + "i.save('RESULT')"),
        proof=Proof(
            "pixels-equal",
            holds,
            {"sha256 of pixels": done["source"]},
            {"sha256 of pixels": done["made"]},
            (_digest_command("SOURCE", methods), _digest_command("RESULT", ())),
            note,
        ),
        properties=_properties(done["size"], frames=done["frames"], turned=done["turned"]),
        lost=tuple(done["lost"]),
        findings=() if holds else (Finding("normalise.proof-fails", name, "error"),),
    )


def _properties(size: Sequence[int], *, turned: Sequence[str], **counts: int) -> tuple[tuple[str, str], ...]:
    """Size, counts that are given, and how it was turned."""
    return (
        ("width", str(size[0])),
        ("height", str(size[1])),
        *((name, str(count)) for name, count in counts.items()),
        *((("turned", "; ".join(turned)),) if turned else ()),
    )


def access_image(source: Path, scratch: Path, stem: str) -> Made:
    """JPEG, upright, at most 2048 on its longer side, without the camera's data; a PDF of them for several pages.

    Raises ToolFailed.
    """
    import PIL

    done = _asked("access", source, scratch, stem)
    result = Path(done["result"])
    puid, format_name, format_version, mime = _FORMATS[result.suffix]
    largest = done["largest"]
    # How each page was turned is said, not left to a program that may turn it again or not at all.
    if result.suffix == ".jpg":
        made = (
            f"{_turned(done['methods'])}i.thumbnail(({largest}, {largest})); "
            "i.convert('RGB').save('RESULT', quality=85)"
        )
    else:
        made = (
            f"pages={done['numbers']!r}; turns={done['methods']!r}; shown=[]\n"
            "for n, turn in zip(pages, turns):\n"
            " i.seek(n); i.load(); f=i.transpose(Image.Transpose[turn]) if turn else i.copy(); "
            f"f.thumbnail(({largest}, {largest})); shown.append(f.convert('RGB'))\n"
            "shown[0].save('RESULT', save_all=True, append_images=shown[1:])"
        )
    command = ("python3", "-c", _FIRST.format("SOURCE") + made)
    note = "an access copy is smaller than its source on purpose"
    if done["turned"]:
        note += "; " + "; ".join(done["turned"])
    pages = {"pages": done["pages"]} if result.suffix == ".pdf" else {}
    return Made(
        result,
        result.suffix,
        puid,
        format_name,
        format_version,
        mime,
        f"Pillow {PIL.__version__}",
        command,
        Proof("not-provable", True, {}, {}, (), note),
        _properties(done["size"], turned=done["turned"], **pages),
        tuple(done["lost"]),
    )
