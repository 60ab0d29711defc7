"""What has been heard so far, what is missing, and the paper made of it."""
