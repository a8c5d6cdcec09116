"""The contract that import-linter does not bring: a room is entered by its doors only."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomDoors(Contract):
    """From outside a room only its doors may be imported; `exempt` packages may enter anywhere.

    A protected contract cannot say it: its wildcards would let the actions of one room
    import the store of another.
    """

    type_name = "room_doors"

    rooms = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    exempt = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001, ARG002 - import-linter's signature
        """Return every import that came in by a window."""
        windows = [
            (importer, imported)
            for room in sorted(graph.find_children(str(self.rooms)))
            for imported in sorted(graph.find_descendants(room))
            if imported.removeprefix(f"{room}.") not in tuple(self.doors)
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if not _within(importer, (room, *tuple(self.exempt)))
        ]
        return ContractCheck(kept=not windows, metadata={"windows": windows})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each importer and what it should have asked its actions or its model for."""
        for importer, imported in check.metadata["windows"]:
            output.print_error(f"- {importer} -> {imported}", bold=False)


def _within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
