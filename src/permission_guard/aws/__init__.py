"""The only folder that talks to AWS. `observe` reads, `act` is the one module that writes, `tell` sends alerts."""
