"""What the guard found, did and reported, so that nothing is reported twice, lost, or repaired again and again."""
