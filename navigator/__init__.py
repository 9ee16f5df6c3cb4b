"""How people reach the product: settings, portal, desk, API."""
