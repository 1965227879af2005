"""Every write about members, wishes and service; one function per verb, a file per story."""
