"""Draw one page of a PDF as a picture: a program of its own, so that a hostile file harms nothing but itself.

Reads the PDF from standard input and takes the number of the page, from 1. Writes a line with the number of pages, and
then the page as PNG; for the number 0 only the line.
"""

import io
import resource
import sys

import pypdfium2

MOST_MEMORY, MOST_CPU_S = 768 * 1024 * 1024, 8
WIDTH, MOST_HEIGHT = 1000, 3000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    number = int(sys.argv[1])
    sys.stdout.buffer.write(f"{len(document)}\n".encode())
    if number:
        page = document[number - 1]
        scale = min(WIDTH / page.get_width(), MOST_HEIGHT / page.get_height())
        picture = io.BytesIO()
        page.render(scale=scale).to_pil().save(picture, "PNG")
        sys.stdout.buffer.write(picture.getvalue())


if __name__ == "__main__":
    main()
