"""Local stand-ins of services that the project does not own. Imported by no production room."""
