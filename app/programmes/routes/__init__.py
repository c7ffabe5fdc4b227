"""Pages and fragments of the programmes slice."""

from app.platform.routing import Router
from app.programmes.routes import cohorts, invitations, joining, people
from app.web.locale import PREFIX

router = Router(prefix=PREFIX)
for part in (cohorts, people, invitations, joining):
    router.include_router(part.router)
