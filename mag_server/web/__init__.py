"""The journeys over HTTP: one module a journey, shared pieces start with an underscore."""
