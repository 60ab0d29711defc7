"""Putting together what came from several laptops: what would change, and what differs."""
