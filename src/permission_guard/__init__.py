"""Lambda Permission Guard: every function can write its logs and opens to no stranger."""
