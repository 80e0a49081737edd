"""A region's customers of old: taken over from its ERP and CRM, with a report.

Words: a *run* is one import of a business unit, from the first page to the last; an *issue* is a
record that was left out, or taken over with a doubt; an *imprint* is what a system said of a record
when it was last imported, and by it a change over there is told from one made here.

Doors: `actions.start_import` begins or goes on, `actions.run_import` does the work, `queries` read
runs and issues.
"""
