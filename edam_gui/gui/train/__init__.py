"""The training tab: runs listed, started, watched, and their models used."""
