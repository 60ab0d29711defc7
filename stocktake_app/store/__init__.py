"""The store of a workspace: the files on this machine, read and changed by plain functions.

Nothing here imports SQLAlchemy, SQLModel or Alembic until it is needed: a workspace whose file is
of this version opens on the driver alone, so that a window is on screen at once.
"""
