"""Training runs as the session sees them: started, watched, steered, used."""
