"""Changed by this package's build: nobody asks for HTTP/2, which is an experiment of urllib3's."""
