"""Pages of members and desks."""
