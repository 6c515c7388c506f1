"""What is wrong, in words: the known mistake behind a failure, the first wrong moment, the smallest case."""
