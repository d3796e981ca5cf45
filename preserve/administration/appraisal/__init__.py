"""到期鉴定: what has fallen due, facts to decide by, opinions of a group, objections, and the head's approval."""
