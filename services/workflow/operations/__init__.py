"""What people do with requests. Every operation is atomic, locks its request first, and is on record."""
