from tests.rooms.themes.folders import designer

__all__ = ["designer"]
