"""What kinds of media are called: our words, and an adapter's own where it comes from elsewhere."""

from __future__ import annotations

from preserve.archival_storage.opening import kind_word

__all__ = ["kind_word"]
