"""Every operation once: what a person, a timer or another system can ask of the archive.

A door translates: it parses what came, calls one operation, and shows its result. Duty, record of looking, lock and
sealing belong to the operation (`operation.py`); results are frozen types of facts, made into documents in one place
(`documents.py`).
"""
