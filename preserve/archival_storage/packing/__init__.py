"""What packages are made of, whoever makes them: identifiers, METS and PREMIS, manifests, read-back, rename."""
