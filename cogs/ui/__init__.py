"""What all cogs draw with: actions behind buttons and menus, forms, layouts, answers and error reports."""
