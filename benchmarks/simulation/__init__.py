"""A simulation of many workers: what each step costs is measured on this code, and the model is held against real runs.

`python -m benchmarks.simulation measure` writes measured.json, `check` holds the model against 1, 2 and 4 workers, `run`
writes the tables and plots of docs/scale.md.
"""
