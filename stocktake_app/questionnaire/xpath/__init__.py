"""XPath 1.0 with the ODK functions, compiled to Python closures."""
