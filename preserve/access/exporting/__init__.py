"""Cases in forms that others read: information packages, OCFL, plain folders, finding aids."""
