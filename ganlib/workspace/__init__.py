"""A learner's own copy of the course: its `pages`, and how they are `layout`-ed without touching hers."""
