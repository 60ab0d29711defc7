"""Everything that crosses the border: packages, seals, receipts, and the verifier that judges them."""
