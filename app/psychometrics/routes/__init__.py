"""Pages and files of statistics and of forms. No browser keeps them: live items may stand on them."""

from app.platform.routing import Router
from app.psychometrics.routes import assembly, files, judging, pages, panels
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (files, pages, assembly, panels, judging):
    router.include_router(part.router, dependencies=KEPT_NOWHERE)
