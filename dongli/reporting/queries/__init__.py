"""Every read of coverage; what depends on the viewer takes the viewer."""
