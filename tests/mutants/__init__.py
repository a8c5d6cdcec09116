"""Small breaks of the code, each of which must turn a named test red.

A mutant is one table `[[mutant]]` in a `.toml` file of this folder:

- `breaks`: the promise that no longer holds, in plain words;
- `file`: what is patched;
- `old`, `new`: a text found exactly once in it, and what replaces it;
- `test`: the test that must fail, as pytest names it.

`make mutants` applies them one at a time in a copy of the tree.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One patch, and the test that must see it."""

    breaks: str
    file: str
    old: str
    new: str
    test: str

    def patched(self, text: str) -> str:
        """Return the broken text.

        Raises:
            ValueError: The patch no longer applies.
        """
        if (found := text.count(self.old)) != 1:
            raise ValueError(f"{self.file} holds {found} times what {self.breaks!r} replaces")
        if self.old == self.new:
            raise ValueError(f"{self.breaks!r} changes nothing")
        return text.replace(self.old, self.new)


def read_mutants(folder: Path = FOLDER) -> list[Mutant]:
    """Return every listed mutant, in the order of the files' names."""
    return [
        Mutant(**table)
        for file in sorted(folder.glob("*.toml"))
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]
    ]
