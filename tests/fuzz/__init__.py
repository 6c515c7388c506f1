"""Bytes made to break what reads them: replies of a child, archives, notebooks."""
