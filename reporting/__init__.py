"""What people read: figures, numbers, texts, tables, workbooks."""
