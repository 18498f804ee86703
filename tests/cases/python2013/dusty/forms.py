"""Reads forms, for the days of CGI; nothing imports it unless a server asks for it."""

import cgi


def fields(stream, environ):
    """The fields of a form."""
    return cgi.FieldStorage(fp=stream, environ=environ)
