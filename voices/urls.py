from django.urls import path

from voices import views

urlpatterns = [
    path("consent", views.Agreement.as_view()),
    path("user/voice", views.MyVoice.as_view()),
    path("users/<str:user_id>/voice", views.MyVoice.as_view()),
    path("users/<str:user_id>/voice/meta", views.MyVoice.as_view(http_method_names=["get", "options"])),
    path("users/<str:user_id>/voice/source", views.Source.as_view()),
]
