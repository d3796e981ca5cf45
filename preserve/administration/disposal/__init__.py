"""销毁: proposed, supervised by two, approved by the head, carried out after a pause, told for ever by tombstones."""
