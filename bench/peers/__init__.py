"""Other route planners on the same days, where they are installed: pip install pyvroom ortools

They are not requirements of Curbstop. Each module has `plan(day, seconds, budget)`: a day file's contents,
its matrix, a time in seconds; the answer is a list per technician of order positions.
"""
