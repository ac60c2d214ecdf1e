"""Bring people along from the old system's MongoDB: `manage.py importlegacy`.

`values`, `people`, `codes`, `clones` and `naming` are pure: a document as field systems have it goes in, plain
values come out. `importing` writes them down, and reads the source only.
"""
