"""Applications: from the first form to an open account.

Words: an *application* is one applicant's run through a release; a *step* is one task of it, by a
person or by us; a *fact* is a value with its origin; a *call* is a service task's work; a
*delegation* is a step that somebody else was asked to fill in; a *review* is a person's work on a
referred application; the *access clock* runs from the first page to the first article shown with
its price.

Doors: `actions` (one file per use case), `queries` to read, `calls` for what a process may call.
"""
