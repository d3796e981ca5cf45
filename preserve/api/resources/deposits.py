"""Cases on their way in: handed in over HTTP by pieces, described, checked, taken in; and the jobs that do it."""

from preserve.api.offers import PAPERS, Offer, get, post

DEPOSITS = (
    get("/deposits", "deposits.waiting"),
    post("/deposits", "upload.open", made="/deposits/{id}", largest=PAPERS),
    get("/deposits/{deposit}", "deposits.show"),
    Offer("DELETE", "/deposits/{deposit}", "upload.give_up"),
    get("/deposits/{deposit}/files", "upload.show"),
    get("/deposits/{deposit}/unread", "upload.unread"),
    post("/deposits/{deposit}/closing", "upload.close"),
    post("/deposits/{deposit}/reopening", "upload.reopen", largest=PAPERS),
    get("/deposits/{deposit}/description", "deposit_description.show"),
    Offer("PATCH", "/deposits/{deposit}/description", "deposit_description.save"),
    get("/deposits/{deposit}/description/files/{number}", "deposit_description.file"),
    Offer("PATCH", "/deposits/{deposit}/description/files/{number}", "deposit_description.save_file"),
    post("/deposits/{deposit}/description/matching", "deposit_description.match_files"),
    post("/deposits/{deposit}/description/draft", "deposit_description.draft"),
    get("/deposits/{deposit}/description/workbook", "deposit_description.workbook", gives="kept"),
    post("/deposits/{deposit}/check", "deposits.examine"),
    post("/deposits/{deposit}/handing-in", "deposits.hand_in", once=True),
    post("/deposits/{deposit}/return", "deposits.send_back", once=True),
    get("/deposits/{deposit}/receipt", "deposits.paper", fixed={"name": "receipt"}, gives="kept"),
    get("/deposits/{deposit}/papers/{name}", "deposits.paper", gives="kept"),
    post("/inbox/watches", "inbox.watch"),
    get("/ingests", "deposits.list_own"),
    post("/ingests", "deposits.take_in"),
    get("/jobs", "job.list"),
    get("/jobs/{job}", "job.show"),
    post("/jobs/{job}/stop", "job.stop"),
    post("/jobs/{job}/resume", "job.resume"),
    get("/jobs/{job}/files/{number}", "job.file", gives="kept"),
)
