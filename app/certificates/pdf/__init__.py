"""The certificate on paper: one A4 page in three languages, tagged, with the credential attached."""
