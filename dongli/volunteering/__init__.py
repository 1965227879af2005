"""In-service members who report in, wishes and service; later volunteers and points."""
