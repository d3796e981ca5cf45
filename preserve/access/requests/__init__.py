"""A request for evidence, from the day it comes in to the receipt for what was delivered."""
