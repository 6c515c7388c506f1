"""Walks through the modules by hand"""


def count_parameters(module):
    seen = {}

    def visit(m):
        for p in m._parameters.values():
            if p is not None:
                seen[p] = p.nelement()
        for child in m.children():
            visit(child)

    visit(module)
    return sum(seen.values())
