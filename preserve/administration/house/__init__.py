"""A house: archives of several fonds beside each other, each with its own people, and a register over them."""
