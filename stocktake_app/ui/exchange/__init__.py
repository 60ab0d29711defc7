"""Everything that crosses the border of this laptop: export, sending, checking, identity."""
