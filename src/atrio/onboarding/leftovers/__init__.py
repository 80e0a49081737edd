"""What is left to do once an application was ended from outside: withdrawn, or expired.

An admin who was asked is asked no more, and what a call has left behind in an outside system is
looked for: its answer was not waited for, and "sent, no answer" is resolved by a search alone.
"""
