"""A stored file as it is sent: always as a download, never shown by the browser as a page of ours."""

from urllib.parse import quote

from fastapi import Response

from app.capstone.queries.work import Bytes
from app.capstone.rules.uploads import ENDINGS, MEDIA_TYPES


def attachment(file: Bytes, *, named: bool) -> Response:
    """The bytes. ``named`` False: under the code of the submission, since a name may say whose it is."""
    plain = f"{file.code}-{file.part}{ENDINGS[file.kind][0]}"
    disposition = f'attachment; filename="{plain}"'
    if named:
        disposition += f"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return Response(file.content, media_type=MEDIA_TYPES[file.kind], headers=headers)
