"""Writes the pages that repeat the code: each module makes one page or a part of one."""
