"""Received files become submissions."""
