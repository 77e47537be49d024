"""Tools that make what the pages show."""
