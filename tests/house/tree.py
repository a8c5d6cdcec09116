"""A tree of source files, as the house's rules read it: the project's own, or a planted one."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
CODE_FOLDERS = ("mag_server", "sdk_python", "examples")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Tree:
    """The files under `root` that belong to the project (what git would track)."""

    root: Path

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return every file's path from the root, with slashes."""
        if (self.root / ".git").exists():
            command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            answer = subprocess.run(command, cwd=self.root, capture_output=True, check=True)  # noqa: S603 - a fixed command
            names = answer.stdout.decode().split("\0")
        else:
            names = [file.relative_to(self.root).as_posix() for file in self.root.rglob("*")]
        return tuple(
            sorted(name for name in names if name and (self.root / name).is_file() and _own(name))
        )

    def find(self, *suffixes: str, under: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the files with one of these suffixes, below one of these folders."""
        return tuple(
            name
            for name in self.names
            if name.endswith(suffixes)
            and (not under or name.startswith(tuple(f"{folder}/" for folder in under)))
        )

    def text(self, name: str) -> str:
        """Return a file's text."""
        return (self.root / name).read_text(encoding="utf-8")

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """Return a file's lines, numbered from 1."""
        return enumerate(self.text(name).splitlines(), start=1)

    def syntax(self, name: str) -> ast.Module:
        """Return a Python file's syntax tree."""
        return _parsed(self.text(name))

    def definitions(self, name: str) -> list[Definition]:
        """Return the functions and classes of a Python file, nested ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return [node for node in ast.walk(self.syntax(name)) if isinstance(node, kinds)]


@lru_cache(maxsize=1000)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _own(name: str) -> bool:
    return not any(part in {".venv", "__pycache__", ".make"} for part in name.split("/"))
