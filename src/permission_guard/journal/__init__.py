"""What the guard did and told, so that nothing is told a hundred times, lost, or repaired for ever."""
