"""Which of the student's weights plays which role, found by intervention."""
