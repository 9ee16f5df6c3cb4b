from tests.clinical.shipping import release

__all__ = ["release"]
