"""Every address of speaking up and being answered."""

from escalations.urls_routes import urlpatterns as routes

app_name = "escalations"
urlpatterns = [*routes]
