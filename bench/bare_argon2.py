"""Argon2id alone, with the server's parameters: verifies a second, by clock and by processor."""

import sys
import time

from argon2 import PasswordHasher, Type

from mag_server.base.hashing import LANES, MEMORY_KIB, PASSES

if __name__ == "__main__":
    seconds = float(sys.argv[1])
    hasher = PasswordHasher(
        time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
    )
    stored = hasher.hash("Mississippi1876")
    hasher.verify(stored, "Mississippi1876")
    made, began, spent = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        hasher.verify(stored, "Mississippi1876")
        made += 1
    print(made / (time.perf_counter() - began), made / (time.process_time() - spent))
