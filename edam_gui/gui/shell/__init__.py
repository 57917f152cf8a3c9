"""What any desktop program needs: theme, icons, actions, settings, help, messages; knows nothing of labelling."""
