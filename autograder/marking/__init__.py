"""Marks by hand: written answers on a sheet that goes out and comes back, and what marks change."""
