"""`python -m atrio`, for a virtual environment whose path has spaces and breaks its scripts."""

from atrio.site.cli import main

main()
