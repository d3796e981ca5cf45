"""What becomes of cases when their time is over: appraisal, holds, disposal, transfer; a resource a step."""

from preserve.api.offers import get, post

_FOLDER = frozenset({"folder"})

APPRAISAL = (
    get("/reviews", "appraisal.list"),
    post("/reviews", "appraisal.draw", left=_FOLDER, made="/reviews/{review.number}"),
    get("/reviews/{number}", "appraisal.show", left=_FOLDER, tag="sha256"),
    post("/reviews/{number}/opinions", "appraisal.appraise", left=frozenset({"workbook"}), once=True),
    post(
        "/reviews/{number}/workbook",
        "appraisal.appraise",
        left=frozenset({"items", "every_item", "opinion"}),
        uploads=frozenset({"workbook"}),
        once=True,
    ),
    post("/reviews/{number}/objections", "appraisal.object", once=True),
    post("/reviews/{number}/approval", "appraisal.approve", once=True, match="seen"),
    post("/reviews/{number}/withdrawal", "appraisal.withdraw", once=True),
    get("/holds", "hold.list"),
    post("/holds", "hold.add", made="/holds/{hold.number}"),
    post("/holds/{number}/release", "hold.release", once=True),
    get("/disposals", "disposal.list"),
    post("/disposals", "disposal.propose", made="/disposals/{disposal.number}"),
    get("/disposals/{number}", "disposal.show", left=_FOLDER, tag="sha256"),
    post("/disposals/{number}/supervision", "disposal.supervise", once=True, match="seen"),
    post("/disposals/{number}/approval", "disposal.approve", once=True, match="seen"),
    post("/disposals/{number}/withdrawal", "disposal.withdraw", once=True),
    post("/disposals/{number}/execution", "disposal.execute"),
    post("/disposals/{number}/confirmations", "disposal.confirm", once=True),
    get("/disposals/{number}/register", "disposal.register", gives="paper"),
    get("/transfers", "transfer.list"),
    post("/transfers", "transfer.prepare", made="/transfers/{number}"),
    get("/transfers/{number}", "transfer.show", tag="sha256"),
    get("/transfers/{number}/papers/{place}", "transfer.paper", gives="paper"),
    post("/transfers/{number}/approval", "transfer.approve", once=True, match="seen"),
    post("/transfers/{number}/refusal", "transfer.refuse", once=True, match="seen"),
    post("/transfers/{number}/handing-over", "transfer.hand_over", left=frozenset({"target"})),
    post("/transfers/{number}/cancellation", "transfer.cancel", once=True),
    post("/transfers/{number}/receipt", "transfer.receive", uploads=frozenset({"file"}), once=True),
)
