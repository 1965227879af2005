"""How personal data looks to those who need not see it."""


def mask_phone(phone: str) -> str:
    """138****0000: the ends identify a number to its owner only."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def mask_name(name: str) -> str:
    """张**: the family name only."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
