"""Measures the program against peers and floors in the same run; ratios, not promises of seconds."""
