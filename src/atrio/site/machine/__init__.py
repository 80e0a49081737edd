"""The machine underneath: PostgreSQL, a real ERP, and the supervisor that keeps them running.

Words: a *program* is how one process is started and ended; a *server* is PostgreSQL from its
wheel over one folder of data; the *supervisor* starts programs in order, restarts what dies and
ends them all.

Doors: `postgres.Postgres`, `tryton.Tryton`, `supervisor.Supervisor`, `demo.run_demo`.
Nothing here needs Django.
"""
