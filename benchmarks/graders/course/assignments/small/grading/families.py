"""No families: the names of the weights are prescribed, as tests by hand need it."""
