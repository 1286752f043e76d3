"""What holds for all tests."""

import hypothesis

# An example may take its time: on a busy machine a single one has taken longer than the usual 200 ms.
hypothesis.settings.register_profile("course", deadline=None)
hypothesis.settings.load_profile("course")
