"""Dictionaries whose keys are also attributes, as in the configurations and batches of many models."""

from typing import Any


class Fields(dict[str, Any]):
    """A dictionary whose keys are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"'dict' object has no attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


Fields.__name__ = "dict"  # as torch's errors call a value of this class


def with_fields(value: object) -> object:
    """Return a value with each dictionary in it, also inside lists and tuples, as one with attributes.

    >>> with_fields([{"model": {"width": 8}}])[0].model.width
    8
    """
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return Fields({key: with_fields(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return type(value)(with_fields(item) for item in value)
    return value
