"""One folder per outside product; each knows the ports of `outside` and nothing else of ours."""
