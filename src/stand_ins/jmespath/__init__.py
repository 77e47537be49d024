"""Changed by this package's build: the parser is loaded by the first who has an expression."""

__version__ = "1.1.0"


def compile(expression):  # noqa: A001, ANN001, ANN201  # as jmespath has it
    """Return what an expression means."""
    from jmespath.parser import Parser  # noqa: PLC0415  # for the reason just said

    return Parser().parse(expression)


def search(expression, data):  # noqa: ANN001, ANN201  # as jmespath has it
    """Return what an expression finds."""
    return compile(expression).search(data)
