"""``python -m edam_gui``: the same as `edam-gui`."""

from edam_gui.start import main

# Processes that prepare photos for training import this module again, as another.
if __name__ == "__main__":
    main()
