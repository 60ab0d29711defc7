"""The XLSForm engine: forms are converted, loaded and filled here, without any window."""
