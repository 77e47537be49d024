"""The changes that the guard makes, and their removal."""
