"""Every read of members, wishes and service. What depends on the viewer takes the viewer."""
