"""Looking at what is in the archive, in the archive: copies and pictures in the viewing room, each look on record.

Nothing leaves the archive by a look (regulation Art. 21): the viewing room is a folder of the home that only the
archive's own account can open, no other place can be named, and what was put there goes after some hours. Whoever needs
something outside opens a request.
"""
