"""Requests for evidence, a resource a step: a step is a record, it is made once and never changed."""

from preserve.api.offers import get, post

REQUESTS = (
    get("/requests", "request.list"),
    post("/requests", "request.open", uploads=frozenset({"papers"}), made="/requests/{number}"),
    get("/requests/{number}", "request.show"),
    get(
        "/requests/{number}/redactions",
        "request.redactions",
        left=frozenset({"pages"}),
        into="target",
        gives="file",
        name="redactions.xlsx",
        kind="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    post("/requests/{number}/examination", "request.examine", uploads=frozenset({"plan"}), once=True),
    post("/requests/{number}/approval", "request.approve", once=True, match="seen"),
    post("/requests/{number}/refusal", "request.refuse", once=True, match="seen"),
    post("/requests/{number}/withdrawal", "request.withdraw", once=True, match="seen"),
    post("/requests/{number}/receipt", "request.return", uploads=frozenset({"receipt"}), once=True, match="seen"),
    get("/statistics/use", "request.statistics"),
)
