"""Running untrusted code: requests in, plain data out."""
