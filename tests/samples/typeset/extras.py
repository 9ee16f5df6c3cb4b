def make_extras(made: dict[str, bytes]) -> dict[str, bytes]:
    return {}
