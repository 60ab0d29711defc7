"""Looking things up: entries and findings, instant with a hundred thousand of them."""
