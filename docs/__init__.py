"""The documents, and `generate`, which writes those that repeat the code."""
