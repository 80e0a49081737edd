"""What becomes of applications that wait for their customer: reminded of, and in the end expired.

Words: *heard of* is when the customer was last here, or when somebody else handed the turn to
them; a *reminder* is a letter about it, once for each occasion. The pack says when
(`journeys.reminders`), a job each minute looks at those that are due and at no others.
"""
