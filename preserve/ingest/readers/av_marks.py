"""What a container says of the programs that wrote it: facts from which a rule may tell that a recording was edited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from preserve.ingest.readers.av_text import text_of

_OF_THE_FILE = {
    "Encoded_Application": "writing-software",
    "software": "writing-software",
    "com_apple_quicktime_software": "writing-software",
    "CreatorTool": "writing-software",
    "Encoded_Library": "writing-library",
    "encoder": "encoder",
    "WM_EncodingSettings": "encoder",
    "tool": "encoder",
    "Comment": "comment",
    "comment": "comment",
    "com_apple_quicktime_comment": "comment",
    "Description": "description",
    "description": "description",
    "com_apple_quicktime_description": "description",
    "Title": "title",
    "Movie": "title",
    "Copyright": "copyright",
}
_OF_A_STREAM = {
    "Encoded_Application": "writing-software",
    "Encoded_Library": "writing-library",
    "Encoded_Library_Settings": "writing-settings",
    "Title": "handler-name",
    "ENCODER": "encoder",
}


def marks(track: dict[str, Any], *, of_a_stream: bool = False) -> Iterator[tuple[str, str]]:
    """Stable names with what was written there, each pair once; `track` as MediaInfo gives it.

    `writing-software`, `writing-library`, `encoder`, `comment`, `description`, `title`, `copyright` of the file, and
    `writing-software`, `writing-library`, `writing-settings`, `encoder`, `handler-name` of a stream.
    """
    extra = track.get("extra")
    fields = {**(extra if isinstance(extra, dict) else {}), **track}
    seen = set()
    for key, name in (_OF_A_STREAM if of_a_stream else _OF_THE_FILE).items():
        pair = (name, text_of(fields.get(key)))
        if pair[1] and pair not in seen:
            seen.add(pair)
            yield pair
