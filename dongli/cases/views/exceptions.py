"""One address per verb for what does not go the usual way: parse the form, call the action, go back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from dongli.cases.actions import arbitrating
from dongli.cases.forms import exceptions as forms
from dongli.cases.views.steps import step
from dongli.cases.views.verbs import case_page, page_or_post
from dongli.people.guards import worker_required


@worker_required
@page_or_post
def arbitrate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide for good who handles a case that came back twice."""
    page = case_page(request, "arbitrate", case_id)
    form = forms.ArbitrateForm(request.POST or None, case=page.case)
    return step(
        page,
        form,
        lambda: arbitrating.arbitrate(
            viewer=page.viewer,
            case_id=case_id,
            key=form.key,
            organisation=form.department_id,
            words=form.cleaned_data["words"],
        ),
    )
