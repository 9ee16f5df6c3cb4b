"""Every parser and decoder that touches a stranger's file; none runs outside the sandbox.

`child` is the script that `documents.records.sandbox` starts; it looks a parser up in its table
and calls it with the open file and the arguments of the request. Here nothing but the standard
library and the parser's own library is imported: no settings, no models, no other room.
"""
