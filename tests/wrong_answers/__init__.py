"""What people really answer, lesson by lesson: ``WRONG[task] = [(hint, answer), ...]``.

An answer is a function, or a tuple of functions where a task takes several.  Every hint of a task needs
at least one answer here; tests/test_checks.py sees to it that each gets its own hint.
"""
