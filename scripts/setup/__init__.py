"""What `scripts/dev.py` does, in the standard library alone: it runs before anything is installed.

`environment` makes `.venv` and keeps it in step with the requirement files, `steps` lists the
checks, `serving` starts the local site, `doctor` says what is missing, `commands` reads the command
line.
"""
