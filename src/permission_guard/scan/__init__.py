"""What scan, check and explain report about one function, in words and as values."""
