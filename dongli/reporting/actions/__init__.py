"""Every write about gaps: reasons, and the duties they become."""
