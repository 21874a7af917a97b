from django.urls import path

from governance.views import deciding

app_name = "governance"

urlpatterns = [
    path("children/<str:reference>/senior-contacts/", deciding.contacts, name="contacts"),
    path("children/<str:reference>/senior-contacts/add/", deciding.record_contact, name="record_contact"),
    path("children/<str:reference>/senior-contacts/report/", deciding.report_contact, name="report_contact"),
    path("senior-contacts/<int:pk>/write/", deciding.write_contact, name="write_contact"),
    path("senior-contacts/<int:pk>/seen/", deciding.see_contact, name="see_contact"),
]
