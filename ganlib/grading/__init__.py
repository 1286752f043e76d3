"""Grading: hand-ins and their table (`hand_ins`), and the kernel that each runs in (`kernel`)."""
