"""Benchmarks: `make bench`, or `make bench ONLY=queue_latency`.

Each module here measures one thing and says which bar it must clear. A bar is a ratio to
something measured in the same minutes on the same machine where that is possible, since
absolute figures say more about the machine than about Atrio.
"""
