"""Every read of links and joint meetings."""
