"""THE resolver: which brand speaks to this reader. Pages, mail, PDF and API all ask here."""

from app.brands.packs import Brand, all_brands


def resolve(*, default: str, host: str | None = None, brand_id: str | None = None) -> Brand:
    """The brand recorded on the thing itself, else the one that owns the host, else the installation's.

    ``brand_id`` comes from a certificate, a mail or an enrolment; a pack that is no longer shipped falls
    back to the installation's own.

    Raises:
        KeyError: ``default`` names no pack.
    """
    brands = all_brands()
    if brand_id in brands:
        return brands[brand_id]
    if host:
        for brand in brands.values():
            if host in brand.hosts:
                return brand
    return brands[default]
