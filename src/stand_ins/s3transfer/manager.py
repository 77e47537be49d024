"""Changed by this package's build: no object is sent to S3 or fetched from it."""


class TransferConfig:
    """What boto3.compat asks for a name that says how new s3transfer is."""

    UNSET_DEFAULT = object()
