"""The QR codes in a photograph of a label, read where pictures are decoded: in the process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from preserve.pictures.opening import Turnings, opened
from preserve.pictures.shrinking import small


def read_codes(path: Path) -> list[str]:
    """What each QR code in the picture says (ISO/IEC 18004). Raises whatever Pillow raises, TooLarge."""
    import zxingcpp

    with opened(path) as image:
        picture = small(path, image, Turnings(path, image).of_page()).convert("L")
    found = zxingcpp.read_barcodes(picture)
    return [code.text for code in found if code.format == zxingcpp.BarcodeFormat.QRCode and code.text]


def answer_codes(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request of the decoding process."""
    return {"codes": read_codes(Path(request["path"]))}
