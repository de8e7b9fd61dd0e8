"""Spreadsheets in and out: files that people made become rows of text, rows become files that no spreadsheet program runs."""

from b2bkit.core.sheets.read import Book, Limits, Sheet, read_book
from b2bkit.core.sheets.write import XLSX, Cell, Column, csv_bytes, write_xlsx, xlsx_bytes

__all__ = ["XLSX", "Book", "Cell", "Column", "Limits", "Sheet", "csv_bytes", "read_book", "write_xlsx", "xlsx_bytes"]
