from django.urls import path

from accounts import views

urlpatterns = [
    path("auth/register", views.Register.as_view()),
    path("auth/login", views.Login.as_view()),
    path("auth/refresh", views.Refresh.as_view()),
    path("auth/logout", views.Logout.as_view()),
    path("user/me", views.Me.as_view()),
    path("user/password", views.Password.as_view()),
    path("user/devices", views.Devices.as_view()),
    path("user/devices/<uuid:device_id>", views.OneDevice.as_view()),
    path("user/settings", views.Settings.as_view()),
    path("users/<str:user_id>/settings", views.Settings.as_view()),
]
