"""Changed by this package's build: the logger finds the id of an event without a JMESPath expression."""
