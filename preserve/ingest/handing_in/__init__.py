"""Deposits that wait: uploads that come in by pieces, folders in inboxes, and what people write about either."""
