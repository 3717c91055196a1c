"""Keep a constructor from asking the network for weights."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any


class NetworkAskedError(OSError):
    """Something wanted a connection while a model was built."""


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """Inside, connecting to another machine raises NetworkAskedError; weights are of no use for a drawing."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise NetworkAskedError(
            "the constructor asks the network, most likely for trained weights; a drawing needs none: "
            "turn them off with an argument such as weights=None, weights_backbone=None or pretrained=False"
        )

    saved = {name: getattr(socket, name) for name in ("create_connection", "getaddrinfo")}
    try:
        for name in saved:
            setattr(socket, name, refuse)
        yield
    finally:
        for name, function in saved.items():
            setattr(socket, name, function)
