"""Reports as people and programs get them: page, CSV, spreadsheet, PDF and JSON from one definition."""
