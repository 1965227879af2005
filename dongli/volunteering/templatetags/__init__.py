"""Template filters of members and wishes."""
