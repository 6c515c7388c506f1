"""The web app of ``autograder serve``: marks by hand and the class, live from the gradebook, on this machine only."""
