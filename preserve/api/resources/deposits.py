"""Cases on their way in: handed in over HTTP by pieces, checked, taken in."""

from preserve.api.offers import PAPERS, Offer, get, post

DEPOSITS = (
    get("/deposits", "deposits.waiting"),
    post("/deposits", "upload.open", made="/deposits/{id}", largest=PAPERS),
    get("/deposits/{deposit}", "deposits.show"),
    Offer("DELETE", "/deposits/{deposit}", "upload.give_up"),
    get("/deposits/{deposit}/files", "upload.show"),
    get("/deposits/{deposit}/unread", "upload.unread"),
    get("/ingests", "deposits.list_own"),
)
