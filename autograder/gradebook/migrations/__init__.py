"""How the tables came to be what they are, one step a file; alembic walks them when a gradebook is opened."""
