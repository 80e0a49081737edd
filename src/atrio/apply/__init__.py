"""The applicant's screens: landing, steps, code, summary, tracker."""
