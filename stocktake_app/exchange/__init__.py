"""Everything that crosses the border: seals, packages, receipts, and the verifier of them."""
