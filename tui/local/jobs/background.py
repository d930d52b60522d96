"""Imported first by the fork server: it and the training jobs it forks give way to whoever sits at the keyboard."""

import os

NICENESS = 10
"""About a tenth of a busy core when something else wants it, all of an idle one."""

os.nice(NICENESS)
