def compose(*a): return []
