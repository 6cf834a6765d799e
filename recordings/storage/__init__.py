"""What is in a bucket: the only user of boto3. COS speaks the language of S3."""
