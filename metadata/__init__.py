"""METS, PREMIS, Dublin Core and BagIt as files: read, write, validate. Knows no archive."""
