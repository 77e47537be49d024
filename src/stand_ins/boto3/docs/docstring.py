"""Changed by this package's build: nobody reads a docstring of boto3 there."""


class ActionDocstring:
    """What resources, of which none is made, would be described by."""
