"""Changed by this package's build: no object is sent to S3 or fetched from it."""
