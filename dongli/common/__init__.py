"""Errors, ids, clocks, text, encryption: no tables, no domain."""
