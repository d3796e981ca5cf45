"""The code on a label, read from a photograph of it: for a counter without a hand scanner."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.errors import Refused
from preserve.pictures.helper import POOL, PictureFailed
from preserve.services.operation import query
from preserve.services.session import Session

_PATIENCE = 20.0  # seconds: somebody stands before the page
_OURS = "preserve:medium:"


@dataclass(frozen=True, slots=True)
class LabelCode:
    """What the code of a label says, as `media.check_in` takes it."""

    text: str


@query("media.read_code", duty=Duty.KEEP)
def read_code(session: Session, photograph: bytes) -> LabelCode:
    """The text of the one code of ours in a photograph; nothing of the photograph is kept.

    Raises Refused for what is no picture, where no code of ours is seen, and where several are.
    """
    with tempfile.NamedTemporaryFile(dir=session.archive.home.work, prefix="label-") as file:
        file.write(photograph)
        file.flush()
        try:
            said = POOL.ask("codes", patience=_PATIENCE, path=str(Path(file.name)))["codes"]
        except PictureFailed as failed:
            raise Refused("web.media-no-picture") from failed
    ours = {str(code) for code in said if str(code).startswith(_OURS)}
    if len(ours) != 1:
        raise Refused("web.media-several-codes" if ours else "web.media-code-unseen", count=len(ours))
    return LabelCode(ours.pop())
