"""The life of a case or of one object on paper: every event from deposit to today, with the ledger's proof."""
