"""The only folder that talks to AWS.

`observe` reads, `act` is the one module that changes functions and roles, `tell` sends alerts, `journal` keeps what was
found and done.
"""
