"""Deposits that play tricks, made on the spot; each generator is named by its trick."""
