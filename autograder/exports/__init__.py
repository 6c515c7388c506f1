"""Grades in the forms that other systems read: each writer fills in or makes what the importing system accepts."""
