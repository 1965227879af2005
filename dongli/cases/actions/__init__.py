"""Every write of case work, a file per story. Each is one transaction that checks, locks, writes its steps and jobs."""
