"""Atrio: the hall in which a company receives its customers."""
