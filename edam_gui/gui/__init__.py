"""The window: widgets only; everything it does is a method of the session."""
