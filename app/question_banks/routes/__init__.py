"""Pages and fragments of the question_banks slice."""

from app.platform.routing import Router
from app.web.locale import PREFIX

router = Router(prefix=PREFIX)
