"""The HTTP border: link pages (public) and health (admin)."""
