"""The only folder that talks to AWS.

`observe` reads, `writer` is the one module that changes functions and roles, `sns` sends alerts, `journal` keeps what was
found and done.
"""
