"""The campaigns of `make soak`, one a module: `run(folder, seconds, seed)` returns what to say of it."""
