"""The commands of `atrio`: one module each, named like the command, found by itself.

A module has `app`, a `typer.Typer`; its docstring's first line is what `atrio --help` says.
With a single function the command is that function, with several it is a group of them. Django
is set up before a module is imported, unless `WITHOUT_DJANGO` of `atrio.site.cli` names it.
"""
