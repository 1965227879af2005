"""What is covered and what is missing, computed from records; later indicators and reports."""
