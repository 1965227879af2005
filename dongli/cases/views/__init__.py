"""Pages of case work: thin views that fetch, call and render."""
