"""Prevent constructors from downloading weights."""

import contextlib
import inspect
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from resnet_diagram.tracer.record.isolation import in_this_thread

_SWITCHES = ("pretrained", "pretrained_backbone", "weights", "weights_backbone")


_OF_WEIGHTS = (
    "it asks the network, most likely for trained weights; a drawing needs none. Turn them off there, "
    "with an argument such as weights=None, weights_backbone=None or pretrained=False"
)
_OF_DATA = (
    "it asks the network for a data set; a drawing needs none. Put the download and the training in a "
    "function, or under if __name__ == '__main__'"
)


class NetworkAskedError(BaseException):
    """A connection was requested during a build; not an Exception, because libraries would retry."""


@contextlib.contextmanager
def network_blocked() -> Iterator[None]:
    """Raise NetworkAskedError where the code inside connects to another machine."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        frames = traceback.extract_stack()
        data = any("datasets" in Path(frame.filename).parts for frame in frames)
        raise NetworkAskedError(_OF_DATA if data else _OF_WEIGHTS)

    saved = {name: getattr(socket, name) for name in ("create_connection", "getaddrinfo")}
    try:
        for name, function in saved.items():
            setattr(socket, name, in_this_thread(refuse, function))
        yield
    finally:
        for name, function in saved.items():
            setattr(socket, name, function)


def without_weights(factory: Callable[..., Any], argument: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments for a factory, with requests for trained weights disabled.

    >>> def net(depth=18, pretrained=True): ...
    >>> without_weights(net, {"depth": 50})
    {'depth': 50, 'pretrained': False}
    """
    try:
        parameters = dict(inspect.signature(factory).parameters)
    except (TypeError, ValueError):
        parameters = {}
    defaults = {name: parameters[name].default for name in _SWITCHES if name in parameters}
    arguments = {**defaults, **argument}
    disabled = {
        name: False if name.startswith("pretrained") else None
        for name, value in arguments.items()
        if _asks_weights(name, value)
    }
    return {**argument, **disabled}


def _asks_weights(name: str, value: object) -> bool:
    """Return whether an argument asks for trained weights: True, an enumeration member, or its name."""
    return name in _SWITCHES and (value is True or isinstance(value, Enum) or str(value).isupper())
