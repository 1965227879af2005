"""Forms of case work."""
