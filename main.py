"""Run EDAM GUI from a checkout: ``python main.py`` or ``python main.py COMMAND ...``."""

from edam_gui.start import main

if __name__ == "__main__":
    main()
