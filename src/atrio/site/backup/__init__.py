"""A house in one file: all rows, all files, and what proves that they are whole.

Words: an *archive* is that file; its *manifest* says what must be in it: each table's rows and the
SHA-256 of their text, each file's SHA-256, and which migrations the tables have had.

Doors: `saving.save`, `restoring.restore`. Both yield lines for the person at the terminal.

Rows go by COPY over the connection that Atrio has anyway: PostgreSQL's own programs would have
to be as new as the server and, as they come in the wheel, speak no TLS. Secrets are not in it.
"""
