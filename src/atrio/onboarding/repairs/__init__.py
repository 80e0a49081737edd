"""Putting many equal failures right with one word.

A *failure* is a call that failed for good and that a person is asked to put right; failures are
*equal* if the same system failed them at the same work in the same way. A *repair run* is one
person's word to try many of them again: each is tried by a job of its own, through the same use
case as a single one, so that it is searched for before anything is made.
"""
