"""What of a request is taken out for those who may not see it: names of files, or what the examiner found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preserve.messages import say

if TYPE_CHECKING:
    from preserve.services.request_views import RequestView


def without_examination(view: RequestView) -> RequestView:
    """For who entered it and sees no others: where it stands and what was decided, not what lies in the cases."""
    request = view.request.model_copy(update={"examination": None})
    return replace(view, request=request, redactions=(), ways=(), places=())


def without_names(view: RequestView) -> RequestView:
    """For who may not see cases: files are numbered instead of named, wherever the record names them."""
    request = view.request
    names: dict[str, str] = {}

    def hidden(name: str) -> str:
        return names.setdefault(name, say("request.name-hidden", number=len(names) + 1)) if name else ""

    update: dict[str, object] = {
        "wanted": tuple(one.model_copy(update={"object": hidden(one.object)}) for one in request.wanted)
    }
    if (seen := request.examination) is not None:
        selection = tuple(
            one.model_copy(
                update={"path": hidden(one.path), "file": hidden(one.path), "given_as": hidden(one.given_as)}
            )
            for one in seen.selection
        )
        concerns = tuple(one.model_copy(update={"object": hidden(one.object)}) for one in seen.concerns)
        left_out = tuple(hidden(name) for name in seen.left_out)
        changes = {"selection": selection, "concerns": concerns, "left_out": left_out}
        update["examination"] = seen.model_copy(update=changes)
    if request.delivery is not None:
        update["delivery"] = request.delivery.model_copy(update={"papers": ()})
    redactions = tuple({**one, "object": hidden(one["object"])} for one in view.redactions)
    for one in redactions:
        one.pop("name", None)
    return replace(view, request=request.model_copy(update=update), redactions=redactions)
