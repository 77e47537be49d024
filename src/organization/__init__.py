"""The guard in a whole organisation: what CloudFormation StackSets need beside `sam deploy`.

Build code, as `trim_models.py` is: nothing of it is in the Lambda package.
"""
