"""Pages of accounts: log-in, my account, duty, staff, and the demonstration's personas."""
