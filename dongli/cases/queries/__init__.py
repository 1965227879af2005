"""Every read of case work that depends on who is looking."""
