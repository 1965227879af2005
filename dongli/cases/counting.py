"""What counts in statistics: every figure of cases and tasks filters with these, and shows what they leave out apart.

Left out are cases that a second level has excluded, and cases without a clear owner, which are counted apart. A task
whose department was exempted on appeal counts in no on-time rate; its lateness can still be read from its moments.
"""

from django.db.models import Q


def counted(prefix: str = "") -> Q:
    """Filter over Case (or over what leads to it by `prefix`, "case__"): neither excluded nor without a clear owner."""
    return Q(**{f"{prefix}excluded_at__isnull": True, f"{prefix}ownerless": False})


def ownerless(prefix: str = "") -> Q:
    """Filter: cases without a clear owner that are not excluded; a figure of their own."""
    return Q(**{f"{prefix}excluded_at__isnull": True, f"{prefix}ownerless": True})


def on_time_counts(prefix: str = "") -> Q:
    """Filter over Task: those that an on-time rate looks at."""
    return Q(**{f"{prefix}exempted_at__isnull": True}) & counted(f"{prefix}case__")
