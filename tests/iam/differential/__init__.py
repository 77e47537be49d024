"""Questions put to our evaluator and to two that others wrote: ministack's and moto's.

Every disagreement is one of `known.py`, each of which AWS's documentation has decided; docs/decisions/0007 tells them.
"""
