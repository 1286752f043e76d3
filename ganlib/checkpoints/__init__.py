"""Checkpoints of a run: the file and its format (`checkpoint`), and one writer at a time (`lock`)."""
