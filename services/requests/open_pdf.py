"""Open a PDF and tell what is in it that acts: a program of its own, so that a hostile file harms nothing but itself.

Reads the PDF from standard input and writes the names found that stand for programs, commands or files within. Ends
with `PROTECTED` when a password is needed. Names are looked for in a copy that the library writes anew, in which
nothing hides in compressed objects or behind another spelling. It escapes line ends and brackets in strings, so that
what begins like a stream or a string is one, and both can be left out.
"""

import io
import re
import resource
import sys

import pypdfium2
import pypdfium2.raw as pdfium

MOST_MEMORY, MOST_CPU_S = 768 * 1024 * 1024, 8
PROTECTED = 4
STREAM = re.compile(rb"stream\r\n.*?endstream", re.DOTALL)
TEXT = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|EF|RichMedia|XFA)(?![^\s()<>\[\]{}/%])")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        sys.exit(PROTECTED if error.err_code == pdfium.FPDF_ERR_PASSWORD else 1)
    if not len(document):
        sys.exit(1)
    document[0].get_size()
    plain = io.BytesIO()
    document.save(plain, flags=pdfium.FPDF_REMOVE_SECURITY)
    bare = TEXT.sub(b"", STREAM.sub(b"", plain.getvalue()))
    names = {name.decode() for name in ACTS.findall(bare)}
    sys.stdout.write(" ".join(sorted(names)))


if __name__ == "__main__":
    main()
