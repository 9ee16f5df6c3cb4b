from rest_framework.views import exception_handler as answer_refusal

__all__ = ["answer_refusal"]
