"""What a stranger sees of a name: enough to recognise the holder in front of them, too little to find one."""

HIDDEN = "•••"


def masked(name: str | None) -> str | None:
    """The first letter of every word, the rest hidden by the same three dots whatever its length."""
    if name is None:
        return None
    return " ".join(f"{word[0]}{HIDDEN}" for word in name.split())
