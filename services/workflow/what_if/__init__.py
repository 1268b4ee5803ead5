"""What if: replay requests that have ended through a definition that isn't published yet."""
