"""What every page needs and no slice owns: rendering, errors, locale, forms, CSRF, headers, static files."""
