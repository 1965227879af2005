"""Tables out of spreadsheets, taken over through the actions of each app: `kinds` says which, `engine` does it.

A kind is a table of columns and one function that takes a row in. The dry run does everything and rolls it back, so
that it says exactly what loading would do; a second run changes nothing.
"""
