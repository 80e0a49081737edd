"""Promises: clocks that run for an application, and what is done when one runs out.

Words: the *access clock* runs from the first page to the first price and never pauses; a *named*
promise is one of the pack's own, from one step to another; a *step's* and a *person's* clock run
while a step is open, and while somebody has it. A clock *pauses* only while the customer owes us
something. *Levels* are warned, broken, escalated; each is reached once.

Doors: `ticking.tick_promises` at the end of every use case, `ticking.hand_to` when somebody takes
a step, `queries` to read, `jobs` for what time alone brings about.
"""
