"""The rooms: what MAG knows and does, without Flask and without HTTP."""
