"""What CloudFormation StackSets need beside `sam deploy`. Build code: nothing of it is in the Lambda package."""
