"""Jinja environments over the top-level `templates/` folder, the user's own templates first."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2

from resnet_diagram.errors import RenderError
from resnet_diagram.limits import TEXT
from resnet_diagram.resources import templates_dir

# Curly braces are everywhere in TeX; these signs are in no TikZ picture.
_TEX_DELIMITERS = {
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "block_start_string": "<%",
    "block_end_string": "%>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}
# Globals of a frame that runs a template: as compiled, and as Jinja rewrites it in a traceback.
_JINJA_FRAMES = frozenset({"__jinja_template__", "__jinja_exception__"})
_DELIMITERS: dict[str, dict[str, str]] = {"tikz": _TEX_DELIMITERS, "table/latex": _TEX_DELIMITERS}


@lru_cache(maxsize=16)
def environment(folder: str, override: Path | None = None) -> jinja2.Environment:
    """Return the environment for one format's templates.

    A template is looked for in `override/folder` first, then in the package's own `folder`; "own/NAME" always
    is the package's, so that an overriding template can extend or import what it replaces. The user's run in
    a sandbox.
    """
    left = jinja2.FileSystemLoader(templates_dir() / folder)
    prefixed = jinja2.PrefixLoader({"own": left})
    loaders: list[jinja2.BaseLoader] = [left, prefixed]
    kind: type[jinja2.Environment] = _Environment
    if override is not None:
        from resnet_diagram.render.sandbox import LimitedEnvironment

        loaders.insert(0, jinja2.FileSystemLoader(override / folder))
        kind = LimitedEnvironment
    return kind(
        loader=jinja2.ChoiceLoader(loaders),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        bytecode_cache=compiled() if override is None else None,
        **_DELIMITERS.get(folder, {}),  # type: ignore[arg-type] # every delimiter is a string
    )


class _Environment(jinja2.Environment):
    """Jinja's environment for templates whose values are mostly dictionaries."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a value of a dictionary, or an attribute, which Jinja would look for first."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Cache of compiled templates in a folder; damaged or unwritable entries are compiled again."""

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Load a compiled template, unless it is damaged."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # damaged bytes can raise anything
            bucket.reset()
        if not isinstance(bucket.code, CodeType):
            bucket.reset()

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Write a compiled template, where there is room for it."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled() -> jinja2.FileSystemBytecodeCache | None:
    """Return the cache folder of compiled templates, which only this user can write, if there is one."""
    try:
        return _Compiled()
    except (RuntimeError, OSError):
        return None


def render(folder: str, name: str, override: Path | None = None, /, **values: Any) -> str:
    """Return the text that template `name` of `folder` makes of `values`.

    Raises RenderError, naming the template and the line, when the template is missing or broken.
    """
    try:
        jinja = environment(folder, override)
        vars(jinja).update(rounds=0, made=0)
        template = jinja.get_template(name)
        parts, written = [], 0
        for part in template.generate(**values):
            parts.append(part)
            written += len(part)
            if written > TEXT:
                raise RenderError(f"The {folder} template {name!r} writes more than {TEXT:,} characters.")
        return "".join(parts)
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise RenderError(f"The template {place} is not valid Jinja: {error.message}.") from error
    except jinja2.TemplateNotFound as error:
        raise RenderError(
            f"The {folder} template {error.name!r} is in none of the template folders."
        ) from error
    except UnicodeDecodeError as error:
        raise RenderError(f"The {folder} template {name!r} is not a text in UTF-8: {error}.") from error
    except RenderError:
        raise
    except Exception as error:
        # A template may call anything; whatever goes wrong in one is the template author's to mend.
        line = _template_line(error)
        if line is None:
            raise
        cause = str(error).rstrip(".")
        raise RenderError(f"The template {line} failed: {type(error).__name__}: {cause}.") from error


def _template_line(error: BaseException) -> str | None:
    """Return `file:line` of the innermost template in the traceback, or None."""
    place = None
    trace = error.__traceback__
    while trace is not None:
        if not _JINJA_FRAMES.isdisjoint(trace.tb_frame.f_globals):
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
