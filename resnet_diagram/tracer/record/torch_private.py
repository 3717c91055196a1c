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
SYMBOLS = "torch.fx.experimental.symbolic_shapes"
ALGEBRA = "sympy"  # what symbols are made of; a third of a second


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


def default_device() -> torch.device | None:
    """Return the device set for new tensors, None where none is set."""
    context = getattr(getattr(torch, "_GLOBAL_DEVICE_CONTEXT", None), "device_context", None)
    device: torch.device | None = None if public_only else getattr(context, "device", None)
    return device


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

    The substitutes call the real functions if the program compiles later.
    """
    if public_only or COMPILER in sys.modules:
        yield
        return
    original = torch.compiler.disable
    torch.compiler.disable = functools.partial(_disabled_later, original)
    try:
        with _proxied(COMPILER_TOOLS):
            yield
    finally:
        torch.compiler.disable = original


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
        if not real and COMPILER in sys.modules and not _has_proxy(COMPILER):
            real.append(original(function, recursive, **options))
        return (real[0] if real else function)(*args, **kwargs)

    return later


def without_compiler() -> AbstractContextManager[None]:
    """Keep torch's own kernels from importing the compiler, or the algebra of its symbols, during a run.

    Many kernels for meta tensors, and checkpointing, import the compiler at their first call only to disable
    it for themselves, and the symbols to ask about numbers that are plain ones. The proxies do that; any
    other use imports the real modules at once.
    """
    return _proxied(COMPILER, SYMBOLS, ALGEBRA)


@contextlib.contextmanager
def _proxied(*names: str) -> Iterator[None]:
    """Put proxies in place of modules that are not imported yet, unless the compiler is."""
    if public_only or COMPILER in sys.modules:
        yield
        return
    proxies = {name: _PROXIES[name](name) for name in names if name not in sys.modules}
    sys.modules.update(proxies)
    finder = ProxyFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path[:] = [right for right in sys.meta_path if right is not finder]
        for name, proxy in proxies.items():
            if sys.modules.get(name) is proxy:
                del sys.modules[name]


class Proxy(ModuleType):
    """Stand-in for a module, which forwards what it does not know itself to the real one."""

    __path__: list[str] = []  # noqa: RUF012 - the import system reads it from the module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_import_real(self.__name__), name)


class CompilerSettings:
    """Stand-in for the compiler's settings, of which checkpointing keeps one for a backward pass."""

    error_on_nested_fx_trace = True

    def __getattr__(self, name: str) -> Any:
        return getattr(_import_real(COMPILER).config, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_import_real(COMPILER).config, name, value)


class CompilerProxy(Proxy):
    """Stand-in for the compiler's package, which postpones `disable`."""

    config = CompilerSettings()

    @staticmethod
    def disable(function: Any = None, recursive: bool = True, **options: Any) -> Any:
        """Return a function that is disabled for the compiler once that is imported."""
        options.pop("wrapping", None)
        return _disabled_later(torch.compiler.disable, function, recursive, **options)


class ToolsProxy(Proxy):
    """Stand-in for the compiler's tools, with a helper of its own that may be imported by name."""

    @staticmethod
    def is_compile_supported(*args: Any, **kwargs: Any) -> Any:
        """Call the real helper of the same name."""
        return vars(_import_real(COMPILER_TOOLS))["is_compile_supported"](*args, **kwargs)


class SymbolsProxy(Proxy):
    """Stand-in for torch's symbolic shapes, which answers questions about plain numbers."""

    def __getattr__(self, name: str) -> Any:
        return functools.partial(_answer, name) if name in _ANSWERS else super().__getattr__(name)


class NoSymbol(type):
    """Class of a class without instances, until the algebra is imported."""

    def __instancecheck__(cls, value: object) -> bool:
        real = sys.modules.get(ALGEBRA)
        return real is not None and not isinstance(real, Proxy) and isinstance(value, real.Basic)


class AlgebraProxy(Proxy):
    """Stand-in for the package of symbolic algebra, which kernels ask whether a number is a symbol."""

    class Basic(metaclass=NoSymbol):
        """Class of all symbols."""


def _equal(left: Any, right: Any) -> bool:
    is_sequence = isinstance(left, list | tuple) and isinstance(right, list | tuple)
    return list(left) == list(right) if is_sequence else bool(left == right)


_ANSWERS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("expect_true", "guard_or_false", "guard_or_true", "guard_size_oblivious"), bool),
    "statically_known_true": bool,
    "is_nested_int": lambda number: False,
    "has_guarding_hint": lambda number: True,
    "guarding_hint_or_throw": lambda number: number,
    "sym_and": lambda *values: all(values),
    "sym_or": lambda *values: any(values),
    "sym_eq": _equal,
}
"""Answers of torch's symbolic shapes about numbers that are no symbols."""


def _answer(name: str, *values: Any, **options: Any) -> Any:
    if not options and all(map(_is_plain, values)):
        return _ANSWERS[name](*values)
    return getattr(_import_real(SYMBOLS), name)(*values, **options)


def _is_plain(value: object) -> bool:
    """Return whether a value is a number, or a sequence of numbers."""
    return all(map(_is_plain, value)) if isinstance(value, list | tuple) else isinstance(value, int | float)


_PROXIES: dict[str, type[Proxy]] = {
    COMPILER: CompilerProxy,
    COMPILER_TOOLS: ToolsProxy,
    SYMBOLS: SymbolsProxy,
    ALGEBRA: AlgebraProxy,
}
"""Proxies by the module they stand in for, which imports those after it."""


class ProxyFinder(Loader):
    """Finder and loader of submodules of what has a proxy: replaces the proxies by the real modules first."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for the imported submodule; None for modules of other packages.

        The real compiler would find the proxy of its tools, which is removed first.
        """
        if name == COMPILER and _has_proxy(COMPILER_TOOLS):
            del sys.modules[COMPILER_TOOLS]
        if not any(name.startswith(f"{outer}.") and _has_proxy(outer) for outer in _PROXIES):
            return None
        names = vars(_import_real(name))
        self._specs[name], names["__spec__"] = names["__spec__"], None  # by its own it would be loaded again
        return ModuleSpec(name, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, which is imported already."""
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec again; it was run when it was found."""
        vars(module)["__spec__"] = self._specs.pop(module.__name__)


def _has_proxy(name: str) -> bool:
    return isinstance(sys.modules.get(name), Proxy)


def _import_real(name: str) -> ModuleType:
    """Import a module in place of its proxy, and of the proxies of those that it imports."""
    first = next(at for at, outer in enumerate(_PROXIES) if f"{name}.".startswith(f"{outer}."))
    for outer in filter(_has_proxy, list(_PROXIES)[first:]):
        del sys.modules[outer]
    return importlib.import_module(name)
