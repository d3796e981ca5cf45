"""What can be read by machine in a file, off-line: an aid for finding, drafting and covering, never evidence.

Knows files, pages and seconds; no case, no catalogue and no person. Everything is bounded: hostile files are decoded in
processes of their own.
"""
