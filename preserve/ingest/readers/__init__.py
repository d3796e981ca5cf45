"""One reader a family of formats: what lies in the file, in MediaInfo's, Pillow's or qpdf's words."""
