"""A new assignment, for course authors: ``template/`` as it is written, and what writes it."""
