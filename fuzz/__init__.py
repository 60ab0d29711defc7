"""Coverage-guided fuzzing of everything that reads files by strangers (``make fuzz``).

``seeds.py`` makes real packages to begin with, ``mutators.py`` changes them in ways that keep
their outer layers whole, ``targets.py`` says what each reader may answer, ``run.py`` lets atheris
drive one target, and ``python -m fuzz`` drives them all in turn. Nothing here is shipped.
"""
