"""Protect a Flask portal's pages with MAG."""

from mag_sdk.flask.portal import MagFlask
from mag_sdk.flask.problems import Problem

__all__ = ["MagFlask", "Problem"]
