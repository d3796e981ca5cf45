"""A simulation of many workers: each step's cost is measured on this code, and the model is held against real runs.

`python -m benchmarks.simulation measure` writes measured.json, `check` holds the model against 1, 2 and 4 workers, and
`run` writes the tables and the picture of docs/scale.md; `all` is one after the other.
"""
