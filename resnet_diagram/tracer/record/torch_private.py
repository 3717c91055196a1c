"""Everything that uses a private torch name; each has a public fallback, which `public_only` forces."""

import contextlib
import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import torch
from torch.fx.operator_schemas import get_signature_for_torch_op
from torch.utils._python_dispatch import TorchDispatchMode

public_only = False

COMPILER = "torch._dynamo"  # takes about as long to import as torch itself
COMPILER_TOOLS = "torch._dynamo.utils"


class QuietDispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """A dispatch mode whose first call does not import torch's compiler.

    Where torch does not know the hook below, it is an unused method and only start-up is slower.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return public_only


def below_autograd() -> AbstractContextManager[Any]:
    """Return a context in which composite operators reach a dispatch mode whole."""
    guard = getattr(torch._C, "_AutoDispatchBelowAutograd", None)
    if guard is None or public_only:
        return torch.inference_mode()
    context: AbstractContextManager[Any] = guard()
    return context


def storage_key(tensor: torch.Tensor) -> tuple[int, object]:
    """Return a key equal for tensors that share memory, and the object to hold while the key is in use.

    A tensor that is the holder may be given other memory; then its key changes.
    """
    address = None if public_only else getattr(torch._C, "_storage_id", None)
    if address is not None:
        return address(tensor), tensor
    storage = tensor.untyped_storage()
    return id(storage), storage


def schema_of(overload: Any) -> Any:
    """Return the schema of an operator's overload."""
    schema = None if public_only else getattr(overload, "_schema", None)
    if schema is None:
        value: Any = get_signature_for_torch_op(overload, return_schemas=True)[1]
        (schema,) = value
    return schema


def uncompiled() -> AbstractContextManager[Any]:
    """Return a context in which compiled functions and modules run as they were written."""
    stance = getattr(torch.compiler, "set_stance", None)
    if COMPILER not in sys.modules or stance is None:
        return contextlib.nullcontext()
    context: AbstractContextManager[Any] = stance("force_eager")
    return context


@contextlib.contextmanager
def light_imports() -> Iterator[None]:
    """Keep libraries imported inside from importing torch's compiler for a decorator or a helper.

    The stand-ins do the real thing when somebody compiles later on.
    """
    if public_only or COMPILER in sys.modules:
        yield
        return
    original = torch.compiler.disable
    torch.compiler.disable = functools.partial(_disabled_later, original)
    sys.modules[COMPILER_TOOLS] = LaterTools(COMPILER_TOOLS)
    sys.meta_path.insert(0, MakeWay())
    try:
        yield
    finally:
        torch.compiler.disable = original
        _make_way()


def _disabled_later(
    original: Callable[..., Any], function: Any = None, recursive: bool = True, **options: Any
) -> Any:
    """Replace `torch.compiler.disable`, here `original`, and call it once the compiler is loaded."""
    if function is None:
        return functools.partial(_disabled_later, original, recursive=recursive, **options)
    if not inspect.isfunction(function):
        return original(function, recursive, **options)
    real: list[Any] = []

    @functools.wraps(function)
    def later(*args: Any, **kwargs: Any) -> Any:
        if not real and COMPILER in sys.modules and not isinstance(sys.modules[COMPILER], CompilerProxy):
            real.append(original(function, recursive, **options))
        return (real[0] if real else function)(*args, **kwargs)

    return later


class LaterTools(ModuleType):
    """Stand-in for the compiler's tools: one helper of its own, all else from the real module."""

    @staticmethod
    def is_compile_supported(*args: Any, **kwargs: Any) -> Any:
        """Call the real helper of the same name."""
        return _real_tools().is_compile_supported(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_real_tools(), name)


def _real_tools() -> Any:
    """Return the real module; to import the compiler makes way for it."""
    importlib.import_module(COMPILER)
    return importlib.import_module(COMPILER_TOOLS)


class MakeWay:
    """A finder that removes the stand-in before the real compiler is imported, and finds nothing."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Return None, so that the other finders are asked."""
        if name == COMPILER:
            _make_way()


def _make_way() -> None:
    """Take the finder and the stand-in away, if they are there."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, MakeWay)]
    if isinstance(sys.modules.get(COMPILER_TOOLS), LaterTools):
        del sys.modules[COMPILER_TOOLS]


@contextlib.contextmanager
def without_compiler() -> Iterator[None]:
    """Keep torch's own kernels from importing the compiler during a run.

    Many kernels for meta tensors, and checkpointing, import it at their first call only to disable it for
    themselves. The proxy does that later, if the compiler is ever imported; any other use imports it at once.
    """
    if public_only or COMPILER in sys.modules:
        yield
        return
    proxy = sys.modules[COMPILER] = CompilerProxy(COMPILER)
    finder = ProxyFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path[:] = [right for right in sys.meta_path if right is not finder]
        if sys.modules.get(COMPILER) is proxy:
            del sys.modules[COMPILER]


class CompilerSettings:
    """Stand-in for the compiler's settings, of which checkpointing keeps one for a backward pass."""

    error_on_nested_fx_trace = True

    def __getattr__(self, name: str) -> Any:
        return getattr(_import_compiler(COMPILER).config, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_import_compiler(COMPILER).config, name, value)


class CompilerProxy(ModuleType):
    """Stand-in for the compiler's package: postpones `disable` and forwards all else to the real package."""

    __path__: list[str] = []  # noqa: RUF012 - the import system reads it from the module
    config = CompilerSettings()

    @staticmethod
    def disable(function: Any = None, recursive: bool = True, **options: Any) -> Any:
        """Return a function that is disabled for the compiler once that is imported."""
        options.pop("wrapping", None)
        return _disabled_later(torch.compiler.disable, function, recursive, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_import_compiler(COMPILER), name)


class ProxyFinder(Loader):
    """Finder and loader of the compiler's submodules: replaces the proxy by the real package first."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for the imported submodule; None for modules of other packages."""
        if not name.startswith(f"{COMPILER}.") or not isinstance(sys.modules.get(COMPILER), CompilerProxy):
            return None
        _import_compiler(name)
        return ModuleSpec(name, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, which is imported already."""
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module was run when it was found."""


def _import_compiler(name: str) -> ModuleType:
    """Import the compiler, or a module of it, in place of the proxy."""
    if isinstance(sys.modules.get(COMPILER), CompilerProxy):
        del sys.modules[COMPILER]
    return importlib.import_module(name)


def fast_attention_enabled() -> bool:
    """Return whether the fused transformer operators may be used."""
    return bool(torch.backends.mha.get_fastpath_enabled())


def set_fast_attention(enabled: bool) -> None:
    """Allow or forbids the fused transformer operators, which hide a whole layer in one operation."""
    torch.backends.mha.set_fastpath_enabled(enabled)
