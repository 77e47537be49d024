"""A burst: many events at once, in disorder, some twice and some lost, while AWS fails now and then."""
