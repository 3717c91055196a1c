"""Layout of graphs: columns by depth, rows by resolution, lines in tracks between them."""
