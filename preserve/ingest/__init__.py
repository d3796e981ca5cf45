"""SIP to AIP, one module a step, in the order of the data.

A deposit is received and only ever read; scanned for what could harm; checked against the regulation; each file
is copied once with its digests, identified twice and characterised; preservation and access copies are made
with proof; METS and PREMIS describe it all; the bag is sealed by one rename; read back from the medium; and
only then entered in the catalogue.
"""
