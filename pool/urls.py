from django.urls import path

from pool import views

urlpatterns = [
    path("admin/voice-pool/status", views.Status.as_view()),
    path("admin/voice-pool/evict", views.Evict.as_view()),
    path("admin/voice-pool/reconcile", views.Reconcile.as_view()),
]
