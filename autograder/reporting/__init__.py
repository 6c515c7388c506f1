"""A Grade made readable: for a person, for another program."""
