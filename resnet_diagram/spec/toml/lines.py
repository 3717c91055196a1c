"""Line numbers of the keys of a TOML text, which the standard library's reader does not provide."""

import re
from dataclasses import dataclass, field

from resnet_diagram.spec.check.faults import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_STRING = re.compile(r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]*")


def line_of(text: str, path: Path) -> int:
    r"""Return the line, from 1, of the key or list entry at `path`, or of the innermost one around it.

    `text` is valid TOML. 0 if the path does not begin in it.

    >>> line_of('name = "x"\n[[stage]]\n[[stage]]\nwidth = 3', ("stage", 1, "width"))
    4
    """
    scanner = _Scanner(text)
    scanner.document()
    names = (scanner.found[path[:end]] for end in range(len(path), 0, -1) if path[:end] in scanner.found)
    place = next(names, -1)
    return 0 if place < 0 else text.count("\n", 0, place) + 1


@dataclass(slots=True)
class _Scanner:
    """Walks over a valid text and notes where each path begins. `counts`: tables of each list so far."""

    text: str
    at: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        """Scan the whole text."""
        table: Path = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _note(self, path: Path, place: int) -> None:
        for end in range(1, len(path) + 1):
            self.found.setdefault(path[:end], place)

    def _header(self) -> Path:
        """Scan a table header, `[a.b]` or `[[a.b]]`, and return the path of its table."""
        start = self.at
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        *outer, last = self._keys()
        self.at += 2 if several else 1
        path: Path = ()
        for key in outer:
            path = self._entered((*path, key))
        path = (*path, last)
        if several:
            self.counts[path] = self.counts.get(path, -1) + 1
            for inner in [names for names in self.counts if names[: len(path)] == path and names != path]:
                del self.counts[inner]
        path = self._entered(path)
        self._note(path, start)
        return path

    def _entered(self, path: Path) -> Path:
        """Return the path itself, or the path of the last table if it names a list of tables."""
        return (*path, self.counts[path]) if path in self.counts else path

    def _keys(self) -> list[str]:
        """Scan a key, dotted or not, and return its parts."""
        keys = []
        while True:
            self._skip(_SPACE)
            start = self.at
            keys.append(self.text[start : self._skip(_KEY)].strip("\"'"))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _pair(self, table: Path) -> None:
        """Scan a line `key = value`."""
        start = self.at
        path = (*table, *self._keys())
        self._note(path, start)
        self.at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        sign = self.text[self.at]
        if sign == "[":
            self.at += 1
            count = 0
            while self.text[self._skip(_BLANK)] != "]":
                if self.text[self.at] == ",":
                    self.at += 1
                    continue
                self._note((*path, count), self.at)
                self._value((*path, count))
                count += 1
            self.at += 1
        elif sign == "{":
            self.at += 1
            while self.text[self._skip(_BLANK)] != "}":
                if self.text[self.at] == ",":
                    self.at += 1
                else:
                    self._pair(path)
            self.at += 1
        else:
            self._skip(_STRING if sign in "\"'" else _PLAIN)
