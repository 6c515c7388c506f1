"""The gradebook: everything that a course keeps of its submissions, in SQLite or PostgreSQL."""
