"""Disc sets: which packages go onto which disc (compose), the image of each (building), burning, and taking out again.

A disc's recipe says everything that its image is made of, so that any disc of a set can be made again alone, bit for
bit, from any good copies of its packages.
"""
