"""What the pages of a certification officer share: who opens them, and how names are typed."""

from typing import Annotated

from fastapi import Depends

from app.accounts.routes.choices import CyrillicName, LatinName
from app.web.forms import FormModel
from app.web.viewer import Viewer, holding

Officer = Annotated[Viewer, Depends(holding("certification_officer"))]


class NamesForm(FormModel):
    """The names as in the document."""

    cyrillic: CyrillicName = None
    latin: LatinName
