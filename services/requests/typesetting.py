def typeset(c): return b""
class DocumentContent: pass
