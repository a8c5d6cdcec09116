"""`python -m mag_server` is `mag`."""

from mag_server.cli import main

main(prog_name="mag")
