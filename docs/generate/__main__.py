"""`python -m docs.generate` writes the pages."""

from docs.generate.pages import main

main()
