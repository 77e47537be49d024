"""The frozen values that travel: what is so about a function, and what was found."""
