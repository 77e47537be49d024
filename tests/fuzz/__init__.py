"""Hostile and broken input for every door."""
