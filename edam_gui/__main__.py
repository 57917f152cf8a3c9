"""``python -m edam_gui``: the same as `edam-gui`."""

from edam_gui.start import main

main()
