"""Careers as pure rules: schemes, months of service, grade and pay with their explanation. No database here."""
