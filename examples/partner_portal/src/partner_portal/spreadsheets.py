"""CSV as French spreadsheets open it: semicolons, and no cell that runs."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response


def as_csv(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Write lines under their columns."""
    page = io.StringIO()
    writer = csv.writer(page, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([inert(cell) for cell in line] for line in lines)
    return page.getvalue()


def inert(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula (CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def download(text: str, *, name: str) -> Response:
    """Answer with a CSV file."""
    return Response(
        text.encode("utf-8-sig"),  # without its mark, a spreadsheet misreads the accents
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
