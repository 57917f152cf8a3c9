"""What the actions of the table do, one file for each menu."""
