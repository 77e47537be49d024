"""What happened, and what a message of the guard's queues asks for."""
