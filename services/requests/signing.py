def sign(p): return p
def verify(p): return None
