"""CloudTrail events, and the messages of the guard's queues."""
