"""The rows of the action table, one file for each group."""
