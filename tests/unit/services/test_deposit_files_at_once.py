"""Pages of what nobody checked are drawn few at once: whoever sends files that take long does not stop the door."""

from __future__ import annotations

import pytest

from preserve.errors import Busy
from preserve.services import deposit_files


def test_a_fifth_page_is_told_to_wait_and_is_drawn_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deposit_files, "_PATIENCE", 0.01)
    at_work = [deposit_files._drawing("up-1") for _ in range(4)]
    for one in at_work:
        one.__enter__()
    with pytest.raises(Busy, match=r"deposit\.drawing-busy"), deposit_files._drawing("up-2"):
        pass
    for one in at_work:
        one.__exit__(None, None, None)
    with deposit_files._drawing("up-2"):
        pass
