"""What PDF/A-2b asks of a document beside its pages: it says in XMP what it is, and which colours are meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def declare(pdf: Any, title: str, moment: datetime, *, description: str = "", source: str = "") -> None:
    """Put identification and an output intent (sRGB) into an open document (ISO 19005-2, 6.2.3, 6.6.4).

    `description` says what kind of copy it is, `source` of what; both in XMP (dc:description, dc:source).
    """
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"\x07\xea\x00\x01\x00\x01" + bytes(6)  # the day it was made: the same for all
    icc = pikepdf.Stream(pdf, bytes(profile))
    icc.stream_dict = Dictionary(N=3)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB"),
        DestOutputProfile=pdf.make_indirect(icc),
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["pdfaid:part"] = "2"
        xmp["pdfaid:conformance"] = "B"
        xmp["dc:title"] = title
        if description:
            xmp["dc:description"] = description
        if source:
            xmp["dc:source"] = source
        xmp["xmp:CreateDate"] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
