"""``python -m radarkit``, for where the script is not on the path, and for ``torchrun -m``."""

from radarkit.cli.main import main

if __name__ == "__main__":
    main()
