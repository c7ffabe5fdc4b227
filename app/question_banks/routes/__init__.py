"""Pages and fragments of the question_banks slice, put together. No browser keeps what they show."""

from app.platform.routing import Router
from app.question_banks.routes import drafts, exports, imports
from app.web.locale import PREFIX
from app.web.pages import KEPT_NOWHERE

router = Router(prefix=PREFIX)
for part in (imports, exports, drafts):
    router.include_router(part.router, dependencies=KEPT_NOWHERE)
