"""What scan, check and explain report about a function, as text and as values."""
