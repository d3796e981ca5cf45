"""Requests for evidence, a resource a step: a step is a record, it is made once and never changed."""

from preserve.api.offers import Offer, get, post

REQUESTS = (
    get("/approvals", "approvals.list"),
    get("/requests/form", "request.form"),
    get("/requests/{number}/papers/{paper}", "request.paper"),
    get("/requests/{number}/papers/{paper}/pages/{page}", "request.paper_page", gives="picture"),
    get("/requests", "request.list"),
    post("/requests", "request.open", uploads=frozenset({"papers"}), made="/requests/{number}"),
    get("/requests/{number}", "request.show", tag="seen"),
    get(
        "/requests/{number}/redactions/workbook",
        "request.redactions",
        left=frozenset({"pages"}),
        into="target",
        gives="file",
        name="redactions.xlsx",
        kind="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    post("/requests/{number}/examination", "request.examine", uploads=frozenset({"plan"}), once=True, match="seen"),
    post("/requests/{number}/approval", "request.approve", once=True, match="seen"),
    post("/requests/{number}/refusal", "request.refuse", once=True, match="seen"),
    post("/requests/{number}/withdrawal", "request.withdraw", once=True, match="seen"),
    post("/requests/{number}/receipt", "request.return", uploads=frozenset({"receipt"}), once=True, match="seen"),
    get("/requests/{number}/redactions", "request.draft"),
    Offer("PUT", "/requests/{number}/redactions", "request.save_draft"),
    get("/requests/{number}/redactions/{file}", "request.draft_file"),
    post("/requests/{number}/redactions/{file}/drafts", "request.propose"),
    get("/requests/{number}/redactions/{file}/pages/{page}", "request.draft_page", gives="picture"),
    get("/requests/{number}/previews/{file}", "request.preview"),
    post("/requests/{number}/previews/{file}", "request.make_preview"),
    get("/requests/{number}/previews/{file}/bytes", "request.preview_bytes", gives="copy"),
    get("/requests/{number}/previews/{file}/pages/{page}", "request.preview_page", gives="picture"),
    post("/requests/{number}/delivery", "request.deliver", left=frozenset({"target", "device"})),
    get("/statistics", "statistics.show"),
    get("/statistics/use", "request.statistics"),
)
