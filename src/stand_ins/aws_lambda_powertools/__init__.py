"""Changed by this package's build: names Logger, Metrics and Tracer no more, of which the last is never used here.

Whoever wants the first two imports them from `aws_lambda_powertools.logging` and `.metrics`.
"""
