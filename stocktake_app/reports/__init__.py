"""What people read: coverage and papers, made from the store."""
