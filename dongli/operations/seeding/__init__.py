"""The demonstration city: real divisions, synthetic places, staff for every role and a year of cases."""
