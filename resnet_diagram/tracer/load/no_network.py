"""Prevent constructors from downloading weights."""

import contextlib
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from resnet_diagram.tracer.record.isolation import parameters_of, replaced

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

    with replaced(socket, dict.fromkeys(("create_connection", "getaddrinfo"), refuse)):
        yield


def without_weights(factory: Callable[..., Any], argument: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments for a factory, with requests for trained weights disabled.

    True, a member of an enumeration, and the name of one ask for weights.

    >>> def net(depth=18, pretrained=True): ...
    >>> without_weights(net, {"depth": 50})
    {'depth': 50, 'pretrained': False}
    """
    parameters = parameters_of(factory) or ()
    defaults = {parameter.name: parameter.default for parameter in parameters if parameter.name in _SWITCHES}
    disabled = {
        name: False if name.startswith("pretrained") else None
        for name, value in {**defaults, **argument}.items()
        if name in _SWITCHES and (value is True or isinstance(value, Enum) or str(value).isupper())
    }
    return {**argument, **disabled}
