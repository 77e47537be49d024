"""The fault matrix: every call that a repair makes, and everything that can become of it (`make faults`)."""
