"""Hostile and broken input for every door, as much of it as is wanted: `make fuzz`."""
