"""Changes that the guard makes, and takes back."""
