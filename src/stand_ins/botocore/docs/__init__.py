"""Changed by this package's build: nobody reads a docstring of botocore there."""
