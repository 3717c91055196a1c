"""All that leans on a private torch name; each has a public way round it, which `public_only` forces."""

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

public_only = False


class QuietDispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A dispatch mode whose first call does not import `torch._dynamo`.

    Where torch does not know the hook below, it is an unused method and only start-up is slower.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return public_only


def below_autograd() -> AbstractContextManager[Any]:
    """Returns a context in which composite operators reach a dispatch mode whole."""
    guard = getattr(torch._C, "_AutoDispatchBelowAutograd", None)
    if guard is None or public_only:
        return torch.inference_mode()
    context: AbstractContextManager[Any] = guard()
    return context


def storage_key(tensor: torch.Tensor) -> tuple[int, object]:
    """Returns a key equal for tensors that share memory, and the object to hold while the key is in use."""
    storage = tensor.untyped_storage()
    address = None if public_only else getattr(storage, "_cdata", None)
    return (id(storage) if address is None else address), storage


def fast_attention_enabled() -> bool:
    """Whether the fused transformer operators may be used."""
    return bool(torch.backends.mha.get_fastpath_enabled())


def set_fast_attention(enabled: bool) -> None:
    """Allows or forbids the fused transformer operators, which hide a whole layer in one operation."""
    torch.backends.mha.set_fastpath_enabled(enabled)
